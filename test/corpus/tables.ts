import { type LayoutTables, TABLES as COMMON_TABLES } from "../layouts.ts"

/**
 * The tables of the corpus beside those of `layouts.ts`: small, and made so that a wrong plan shows. Keys are negative,
 * NULL, repeated, unmatched, and of another width in every table.
 */
const TABLES: Readonly<Record<string, string>> = {
  people: `SELECT id::INTEGER AS id, name, dept::INTEGER AS dept, boss::INTEGER AS boss,
      salary::DECIMAL(10, 2) AS salary, hired::DATE AS hired, grade
    FROM (VALUES
      (1, 'Ada', 10, NULL, 9000, '2015-01-05', 'A'), (2, 'Bob', 10, 1, 5200.5, '2016-02-29', 'B'),
      (3, 'Cyd', 20, 1, 5200.5, '2016-03-01', 'B'), (4, 'Dan', 20, 3, 3100, '2018-07-15', 'C'),
      (5, 'Eve', 20, 3, 4100.25, '2018-07-15', NULL), (6, 'Fay', NULL, 2, 2500, '2019-12-31', 'C'),
      (7, 'Gus', 30, 2, NULL, '2020-01-01', 'C'), (8, 'Hal', 30, 4, 2500, '2020-06-30', 'D'),
      (9, 'Ivy', 99, 4, 7000.75, '2021-11-11', 'A'), (10, 'Jon', 10, 9, 1800, NULL, 'D'),
      (11, 'Kim', -1, 9, -50.5, '2022-02-28', 'D'), (12, NULL, 20, 6, 3100, '2022-03-01', 'C'),
      (-13, 'Lou', -1, 11, 0, '2023-05-05', NULL), (14, 'Bob', 30, NULL, 6000, '2010-10-10', 'A')
    ) t(id, name, dept, boss, salary, hired, grade)`,
  depts: `SELECT id::BIGINT AS id, title, city, floor::TINYINT AS floor
    FROM (VALUES (10, 'Sales', 'Oslo', 1), (20, 'Tools', 'Bern', 2), (30, 'Care', 'Oslo', -1), (40, 'Void', 'Lima', NULL),
      (-1, 'Minus', NULL, 0), (NULL, 'Null', 'Bern', 3)) t(id, title, city, floor)`,
  sales: `SELECT i::INTEGER AS id, CASE i % 7 WHEN 0 THEN 'north' WHEN 1 THEN 'south' WHEN 2 THEN 'east' WHEN 3 THEN NULL ELSE 'west' END AS region,
      'p' || (i % 5) AS product, (2021 + i % 3)::SMALLINT AS year, (1 + i * 7 % 4)::TINYINT AS quarter,
      CASE WHEN i % 13 = 5 THEN NULL ELSE (i * 73 % 900 - 150) / 4 END::DECIMAL(9, 2) AS amount,
      (i * 11 % 17 - 3)::INTEGER AS units, CASE WHEN i % 10 = 9 THEN NULL ELSE i % 16 - 1 END::BIGINT AS rep
    FROM range(168) t(i)`,
  readings: `SELECT i::INTEGER AS id, CASE WHEN i % 4 < 2 THEN 1 WHEN i % 12 = 7 THEN NULL ELSE i % 5 - 1 END::INTEGER AS sensor,
      TIMESTAMP '2024-03-30 22:00:00' + INTERVAL (i * i % 97) MINUTE AS seen,
      CASE WHEN i % 9 = 4 THEN NULL WHEN i % 20 = 13 THEN 'nan'::DOUBLE ELSE (i * 29 % 40) / 8 - 1 END AS val,
      (i % 6)::UTINYINT AS level
    FROM range(48) t(i)`,
  marks: `SELECT sensor::BIGINT AS sensor, seen::TIMESTAMP AS seen, mark
    FROM (VALUES (1, '2024-03-30 22:00:00', 'a'), (1, '2024-03-30 22:30:00', 'b'), (1, '2024-03-30 23:15:00', 'c'),
      (-1, '2024-03-30 22:10:00', 'd'), (2, '2024-03-30 23:00:00', 'e'), (NULL, '2024-03-30 22:00:00', 'f'),
      (3, '2024-03-30 20:00:00', NULL), (7, '2024-03-30 22:00:00', 'g')) t(sensor, seen, mark)`,
  kinds: `SELECT id::INTEGER AS id, tiny::TINYINT AS tiny, small::SMALLINT AS small, big::BIGINT AS big, utiny::UTINYINT AS utiny,
      usmall::USMALLINT AS usmall, uint::UINTEGER AS uint, ubig::UBIGINT AS ubig, flt::FLOAT AS flt, dbl::DOUBLE AS dbl,
      dec4::DECIMAL(4, 1) AS dec4, dec18::DECIMAL(18, 4) AS dec18, dec38::DECIMAL(38, 6) AS dec38, txt::VARCHAR AS txt, blb::BLOB AS blb,
      flag::BOOLEAN AS flag, dt::DATE AS dt, tm::TIME AS tm, ts::TIMESTAMP AS ts, tstz::TIMESTAMPTZ AS tstz, tns::TIMESTAMP_NS AS tns,
      uid::UUID AS uid, iv::INTERVAL AS iv
    FROM (VALUES
      (1, '-128', '-32768', '-9223372036854775808', '0', '0', '0', '0', '-3.4e38', '-1.7976931348623157e308', '-999.9',
        '-99999999999999.9999', '-1e31', '', '', 'false', '0001-01-01', '00:00:00', '1677-09-22 00:00:00', '1900-01-01 00:00:00+00',
        '1700-01-01 00:00:00.000000001', '00000000-0000-0000-0000-000000000000', '1 month'),
      (2, '127', '32767', '9223372036854775807', '255', '65535', '4294967295', '18446744073709551615', '3.4e38', '1.7976931348623157e308', '999.9',
        '99999999999999.9999', '1e31', 'zz', '\\xFF\\x00\\x7F', 'true', '9999-12-31', '23:59:59.999999', '2262-04-11 23:47:16.854775',
        '2199-12-31 23:59:59.999999+00', '2260-01-01 00:00:00.999999999', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '1 year 2 months 3 days 04:05:06'),
      (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (4, '0', '0', '0', '1', '1', '1', '1', 'nan', '-inf', '0', '0', '0', 'ÄÖ ß€𝄞', 'abc', 'true', '1970-01-01', '12:34:56.789',
        '1970-01-01 00:00:00', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00', '80000000-0000-0000-0000-000000000000', '0 days'),
      (5, '-1', '-1', '-1', '7', '7', '7', '7', '-0.0', 'nan', '-0.1', '-0.0001', '-0.000001', 'a''b"c\\d%_', '\\x00', 'false', '2024-02-29',
        '06:00:00', '2024-02-29 06:00:00.123456', '2024-03-31 01:30:00+00', '2024-02-29 06:00:00.123456789',
        '12345678-90ab-cdef-1234-567890abcdef', '36 hours'),
      (6, '1', '1', '1', '7', '7', '7', '7', '1.5', 'inf', '0.1', '0.0001', '0.000001', 'zz', 'abc', NULL, '1969-12-31', '06:00:00',
        '1969-12-31 23:59:59.999999', '2024-10-27 01:30:00+00', '1969-12-31 23:59:59.999999999', '12345678-90ab-cdef-1234-567890abcdef', '30 days')
    ) t(id, tiny, small, big, utiny, usmall, uint, ubig, flt, dbl, dec4, dec18, dec38, txt, blb, flag, dt, tm, ts, tstz, tns, uid, iv)`,
  nested: `SELECT id::INTEGER AS id, nums::INTEGER[] AS nums, words::VARCHAR[] AS words, grid::INTEGER[][] AS grid,
      pt::STRUCT(x INTEGER, y VARCHAR) AS pt, pts::STRUCT(x INTEGER, y VARCHAR)[] AS pts, m::MAP(VARCHAR, INTEGER) AS m
    FROM (VALUES
      (1, [3, 1, 2], ['b', 'a'], [[1, 2], [3]], {'x': 1, 'y': 'one'}, [{'x': 1, 'y': 'a'}, {'x': 2, 'y': NULL}], MAP {'a': 1, 'b': 2}),
      (2, [], [], [], {'x': NULL, 'y': NULL}, [], MAP {}),
      (3, NULL, NULL, NULL, NULL, NULL, NULL),
      (4, [NULL, 5, NULL], [NULL, '', 'ß'], [NULL, [], [NULL]], {'x': -4, 'y': ''}, [NULL, {'x': NULL, 'y': 'b'}], MAP {'': -1, 'z': NULL}),
      (5, [7, 7, -7], ['b', 'B', 'b'], [[7], [7]], {'x': 1, 'y': 'one'}, [{'x': 1, 'y': 'a'}, {'x': 2, 'y': NULL}], MAP {'b': 2, 'a': 1})
    ) t(id, nums, words, grid, pt, pts, m)`,
  words: `SELECT id::INTEGER AS id, w FROM (VALUES (1, 'apple'), (2, 'Apple'), (3, 'APPLE pie'), (4, ''), (5, NULL), (6, 'a_b%c'),
      (7, 'äpfel'), (8, 'Äpfel'), (9, 'zebra'), (10, '  pad  '), (11, 'x,y,,z'), (12, '2024-05-06'), (13, '-12.50'),
      (14, 'naïve café'), (15, '日本語'), (16, '👩‍👩‍👧🇫🇷'), (17, 'tab' || chr(9) || 'line' || chr(10) || 'end'), (18, 'it''s "q"'),
      (19, 'a\\b'), (20, 'apple')) t(id, w)`,
  keys: `SELECT id::INTEGER AS id, i::INTEGER AS i, b::BIGINT AS b, d::DOUBLE AS d, f::FLOAT AS f, n::DECIMAL(6, 2) AS n, t::VARCHAR AS t,
      dt::DATE AS dt, ts::TIMESTAMP AS ts
    FROM (VALUES
      (1, -1, -1, '-1', '-1', -1, '-1', '2024-01-01', '2024-01-01 00:00:00'),
      (2, 0, 0, '0', '0', 0, '0', '2024-01-02', '2024-01-02 00:00:00'),
      (3, 0, 0, '-0.0', '-0.0', 0, '-0', '2024-01-02', '2024-01-02 12:00:00'),
      (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (6, 7, 7, 'nan', 'nan', 7, 'nan', '2024-01-01', '2023-12-31 23:59:59'),
      (7, 7, -7, 'nan', 'inf', 7.5, '7', '1969-12-31', '1969-12-31 00:00:00'),
      (8, -2147483648, -2147483648, '-2147483648', '-2147483648', -7, '07', '2024-01-01', '2024-01-01 00:00:00'),
      (9, -1, 4294967295, '0.1', '0.1', 0.1, '0.1', '2024-03-01', '2024-03-01 00:00:00'),
      (10, 16777217, 16777217, '16777217', '16777217', 1, '16777217', '2024-02-29', '2024-02-29 00:00:00')
    ) v(id, i, b, d, f, n, t, dt, ts)`,
  "odd names": `SELECT i::INTEGER AS "select", 'v' || i AS "Mixed Case", i * 2 AS "größe", i / 2 AS "a.b", -i AS "x""y", i % 2 = 0 AS "from"
    FROM range(5) t(i)`,
  lonely: "SELECT 42::INTEGER AS x, 'only' AS y",
}

const ODD_FILES: Readonly<Record<string, readonly string[]>> = {
  people: ["false", "id = 5", "dept IS NULL", "dept = 20 AND id <> 5", "dept <> 20"],
  depts: ["id < 0", "false", "id IS NULL", "id > 10", "id = 10"],
  sales: ["region = 'west'", "region IS NULL", "false", "id = 7", "region < 'w' AND id <> 7"],
  readings: [
    "sensor = 1 AND id < 30",
    "id = 30",
    "sensor IS NULL",
    "sensor <> 1 AND id <> 30",
    "sensor = 1 AND id > 30",
  ],
  marks: ["false", "sensor IS NULL", "sensor < 1", "sensor = 1", "sensor > 1"],
  kinds: ["id = 3", "id < 3", "false", "id > 3"],
  nested: ["id = 3", "false", "id > 3", "id < 3"],
  words: ["w IS NULL", "w = ''", "id > 10", "id <= 10 AND w <> ''"],
  keys: ["i IS NULL", "i < 0", "i = 0", "false", "i > 0"],
  "odd names": ['"from"', "false", 'NOT "from"'],
  lonely: ["false", "true", "false"],
}

/** Of other columns, in another order, in folders: for what is said of paths. */
const FILES: Readonly<Record<string, string>> = {
  "dated/year=2023/kind=a b/x.parquet": "SELECT i AS n, 'x' || i AS s FROM range(3) t(i)",
  "dated/year=2023/kind=NULL/y.parquet": "SELECT i + 10 AS n, NULL::VARCHAR AS s FROM range(2) t(i)",
  "dated/year=2024/kind=007/z.parquet": "SELECT i + 20 AS n, 'z' AS s FROM range(4000) t(i)",
  "days/d=2024-01-02/a.parquet": "SELECT 1::TINYINT AS n, 'old' AS d",
  "days/d=2024-1-3/b.parquet": "SELECT 2::BIGINT AS n, 'old' AS d, [1.5] AS more",
  "lake/a.parquet": "SELECT i::INTEGER AS n, 'a' || i AS s FROM range(3) t(i)",
  "lake/deep/b.parquet": "SELECT 'b' || i AS s, -i::INTEGER AS n FROM range(2) t(i)",
  "lake/deep/it's.parquet": "SELECT NULL::INTEGER AS n, 'quoted' AS s",
  "wider/c.parquet": "SELECT 9 AS n, 'c' AS s, 1.5::DOUBLE AS extra",
}

export const CORPUS_TABLES: LayoutTables = { tables: TABLES, oddFiles: ODD_FILES, files: FILES }

/** The same rows in another order: what a statement says must not depend on it. */
export const SHUFFLED_TABLES: LayoutTables = {
  ...CORPUS_TABLES,
  tables: Object.fromEntries(
    Object.entries({ ...COMMON_TABLES, ...TABLES }).map(([name, sql]) => [
      name,
      `SELECT * FROM (${sql}) t ORDER BY hash(t::VARCHAR)`,
    ]),
  ),
}
