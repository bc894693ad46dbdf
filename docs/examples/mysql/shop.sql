CREATE DATABASE shop CHARACTER SET utf8mb4;
USE shop;

CREATE TABLE customers (
  id INT UNSIGNED PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  country CHAR(2) NOT NULL
);
INSERT INTO customers VALUES
  (1, 'Ada Okafor', 'NG'),
  (2, 'Věra Svobodová', 'CZ'),
  (3, 'Hana Mori', 'JP'),
  (4, 'Jan "Honza" Dvořák', 'CZ');

CREATE TABLE orders (
  id BIGINT UNSIGNED PRIMARY KEY,
  customer_id INT UNSIGNED NOT NULL,
  state ENUM('open', 'paid', 'cancelled') NOT NULL,
  total DECIMAL(20, 4) NOT NULL,
  ordered_at DATETIME(6) NOT NULL,
  shipped_on DATE NOT NULL DEFAULT '0000-00-00'
);
INSERT INTO orders VALUES
  (1, 1, 'paid', 1999.9900, '2026-03-01 08:15:30.000001', '2026-03-03'),
  (2, 2, 'paid', 12345678901234.5678, '2026-03-02 23:59:59.999999', '2026-03-05'),
  (3, 3, 'open', 10.0000, '2026-03-03 12:00:00', '0000-00-00'),
  (4, 3, 'paid', 0.0001, '2026-03-04 00:00:00', '0000-00-00'),
  (5, 4, 'paid', 49.5000, '2026-03-05 17:45:00', '0000-00-00'),
  (6, 1, 'cancelled', 700.0000, '2026-03-06 09:00:00', '0000-00-00'),
  (18446744073709551615, 1, 'paid', 5.0000, '2026-03-07 10:30:00', '2026-03-08');
