/** A table to measure with, whose rows the server makes itself. */
export interface BenchTable {
  readonly name: string;
  /** The columns of CREATE TABLE. */
  readonly columns: string;
  /** The columns of a SELECT over a sequence `seq` of whole numbers from 1. */
  readonly values: string;
}

/** A few columns, as of events or measurements. */
const narrow: BenchTable = {
  name: "narrow",
  columns:
    "id INT PRIMARY KEY, n INT NOT NULL, x DOUBLE NOT NULL, name VARCHAR(20) NOT NULL, `at` DATETIME NOT NULL",
  values: `seq, seq * 2654435761 % 1000000, seq * 7919 % 1000003 / 7e0,
    CONCAT('name ', seq * 7919 % 900001, ' ', SUBSTR('abcdefgh', 1 + seq % 8)),
    '2020-01-01' + INTERVAL seq * 31 % 100000000 SECOND`,
};

/** The columns of TPC-H's lineitem, in its proportions. */
const wide: BenchTable = {
  name: "wide",
  columns: `l_orderkey INT PRIMARY KEY, l_partkey INT NOT NULL, l_suppkey INT NOT NULL, l_linenumber INT NOT NULL,
    l_quantity DECIMAL(15,2) NOT NULL, l_extendedprice DECIMAL(15,2) NOT NULL, l_discount DECIMAL(15,2) NOT NULL,
    l_tax DECIMAL(15,2) NOT NULL, l_returnflag CHAR(1) NOT NULL, l_linestatus CHAR(1) NOT NULL,
    l_shipdate DATE NOT NULL, l_commitdate DATE NOT NULL, l_receiptdate DATE NOT NULL,
    l_shipinstruct CHAR(25) NOT NULL, l_shipmode CHAR(10) NOT NULL, l_comment VARCHAR(44) NOT NULL`,
  values: `seq, seq * 7919 % 200000, seq * 104729 % 10000, 1 + seq % 7,
    1 + seq % 50, seq * 7919 % 10000000 / 100, seq % 11 / 100,
    seq % 9 / 100, ELT(1 + seq % 3, 'A', 'N', 'R'), ELT(1 + seq % 2, 'O', 'F'),
    '1992-01-02' + INTERVAL seq * 31 % 2500 DAY, '1992-02-02' + INTERVAL seq * 37 % 2500 DAY,
    '1992-01-12' + INTERVAL seq * 41 % 2500 DAY,
    ELT(1 + seq % 4, 'DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'),
    ELT(1 + seq % 7, 'REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'),
    CONCAT_WS(' ', ELT(1 + seq * 7 % 5, 'the quick', 'brown fox', 'jumps over', 'a lazy', 'dog while'),
      ELT(1 + seq * 11 % 6, 'furious', 'packages', 'sleep above', 'the silent', 'deposits', 'of'), seq * 7919 % 100003)`,
};

export const TABLES: readonly BenchTable[] = [narrow, wide];

/** What makes the table `name` with so many rows. */
export function createFilled({ columns, values }: BenchTable, name: string, rows: number): readonly string[] {
  return [`CREATE TABLE ${name} (${columns})`, `INSERT INTO ${name} SELECT ${values} FROM seq_1_to_${rows}`];
}
