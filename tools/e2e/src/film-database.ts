import { Client } from "pg";

/** The schema that {@link makeFilmDatabase} makes. */
export const FILM_SCHEMA = "films";

/**
 * 400 people, 3,000 movies of theirs (ids beyond 2^53), 30,000 reviews: unevenly spread, so that movies have from none to
 * two thousand. Among them all that JSON may spoil: big integers, decimals, instants, nulls, quotes, line ends, emoji.
 */
const SQL = String.raw`
  drop schema if exists films cascade;
  create schema films;
  set search_path to films;
  create type genre as enum ('drama', 'comedy', 'science_fiction');

  create table people (id bigint primary key, name text not null, born date, fame double precision);
  create table movies (
    id bigint primary key,
    title text not null,
    director_id bigint references people,
    budget numeric(20, 4),
    votes bigint,
    released timestamptz,
    genre genre,
    tags text[],
    facts jsonb,
    updated_at timestamptz not null
  );
  create table reviews (
    id bigint primary key,
    movie_id bigint not null references movies,
    stars smallint,
    text text,
    written timestamptz not null
  );
  create index on movies (director_id);
  create index on reviews (movie_id);

  insert into people
  select i, 'Person ' || i || ' ' || (array['Ž', '"', '名', E'\\'])[1 + i % 4],
    case when i % 7 > 0 then date '1900-01-01' + i * 91 end,
    case when i % 11 > 0 then i / 7::double precision end
  from generate_series(1, 400) i;

  insert into movies
  select 9007199254740993 + 2 * i, 'Movie ' || i || E' "so\'\n\tcalled" 🎬 \\',
    case when i % 13 > 0 then 1 + (i * 37) % 400 end,
    case when i % 17 > 0 then i * 12345678.0321 end,
    case when i % 5 > 0 then 9223372036854775807 - i end,
    case when i % 19 > 0 then timestamptz '1970-01-01 00:00:00.000001+00' + i * interval '7 days 3 hours 123 microseconds' end,
    case when i % 4 > 0 then (enum_range(null::genre))[i % 4] end,
    case i % 3 when 0 then null when 1 then '{}'::text[] else array['a,b', null, '"' || i] end,
    case when i % 6 > 0 then jsonb_build_object('n', i, 'deep', jsonb_build_array(null, true, 'ž')) end,
    timestamptz '2026-01-01 00:00:00+00' + i * interval '1 minute'
  from generate_series(1, 3000) i;

  insert into reviews
  select i, 9007199254740993 + 2 * (1 + trunc(2500 * power((i * 7919 % 30000) / 30000.0, 3)))::bigint, nullif(i % 6, 0),
    case when i % 9 > 0 then repeat(E'😀 "é"\r\n', (i % 3)::int) || i end,
    timestamptz '2020-02-29 23:59:59.999999+00' + i * interval '1 second'
  from generate_series(1, 30000) i;

  create function movies_since(since timestamptz) returns setof movies language sql stable as
    $$ select * from films.movies where since is null or updated_at >= since order by updated_at, id $$;
`;

/** Makes {@link FILM_SCHEMA} in a database, anew. */
export async function makeFilmDatabase(url: string): Promise<void> {
  await askPostgres(url, SQL);
}

/** What a statement finds. */
export async function askPostgres(
  url: string,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}
