-- tables by name, alias, column alias
SELECT * FROM depts AS d(a, b);
SELECT a, city FROM depts AS d(a) WHERE a > 10;
SELECT D.TITLE FROM Depts D WHERE d.Id = 20;
SELECT "odd names"."a.b" FROM "odd names";
SELECT * FROM d: depts;
SELECT d.id FROM d: (SELECT id FROM depts WHERE id > 20);
SELECT count(*) FROM depts, depts d2;
SELECT l1.x, l2.y FROM lonely l1, lonely l2;
SELECT d.title, p.name FROM (depts d JOIN people p ON d.id = p.dept) WHERE d.floor = 1 ORDER BY p.id;
SELECT count(*) FROM (users u JOIN (orders o JOIN events e ON o.oid = e.seq) ON u.id = o.user_id);

-- files
SELECT * FROM 'lake/a.parquet';
SELECT * FROM "lake/a.parquet" WHERE n > 0;
SELECT * FROM 'lake/*.parquet';
SELECT * FROM 'lake/**/*.parquet' ORDER BY s;
SELECT n, s FROM 'lake/deep/?.parquet';
SELECT s FROM 'lake/deep/[a-c].parquet' ORDER BY s;
SELECT s FROM 'lake/deep/it''s.parquet';
SELECT a.s, b.s FROM 'lake/a.parquet' a JOIN 'wider/c.parquet' b ON a.n < b.n ORDER BY a.n;
SELECT a.n FROM 'lake/a.parquet' WHERE a.n = 1;
SELECT * FROM read_parquet('lake/*.parquet') ORDER BY n;
SELECT * FROM parquet_scan('lake/a.parquet');
SELECT * FROM read_parquet(['lake/a.parquet', 'wider/c.parquet']);
SELECT * FROM read_parquet(['wider/c.parquet', 'lake/a.parquet'], union_by_name = true) ORDER BY s;
SELECT * FROM read_parquet('lake/a.parquet', file_row_number = true);
SELECT s, parse_filename(filename) AS f FROM read_parquet('lake/**/*.parquet', filename = true) ORDER BY s;
SELECT count(*) FROM read_parquet('lake/*.parquet', hive_partitioning = false);
SELECT * FROM lake ORDER BY s;

-- what a file's rows have beside their columns
SELECT file_index, file_row_number, * FROM 'lake/**/*.parquet';
SELECT parse_filename(filename) AS f, s FROM 'lake/*.parquet' WHERE filename LIKE '%/a.parquet';
SELECT parse_filename(filename) AS f, count(*) FROM 'lake/**/*.parquet' GROUP BY filename;
SELECT file_index AS i, count(*), max(file_row_number) FROM 'lake/**/*.parquet' GROUP BY ALL ORDER BY ALL;
SELECT n FROM 'lake/**/*.parquet' ORDER BY file_row_number DESC, file_index;
SELECT n FROM read_parquet(['wider/c.parquet', 'lake/a.parquet', 'wider/c.parquet'], union_by_name = true) ORDER BY file_index;
SELECT t.*, t.File_Index FROM read_parquet('lake/**/*.parquet') t WHERE file_row_number = 0;
SELECT FILE_INDEX, "file_row_number" FROM "lake/a.parquet";
SELECT a.file_index, b.file_index FROM 'lake/**/*.parquet' a JOIN 'lake/*.parquet' b USING (n);
SELECT * FROM 'lake/**/*.parquet' a JOIN 'lake/*.parquet' b USING (file_row_number);
SELECT *, file_row_number FROM 'lake/**/*.parquet' a JOIN (SELECT 1 AS file_row_number, 'b' AS s) b USING (file_row_number);
SELECT * FROM 'lake/a.parquet' a NATURAL JOIN 'lake/**/*.parquet' b;
SELECT filename FROM (SELECT 'own' AS filename FROM 'lake/a.parquet');
SELECT filename, filename FROM 'lake/a.parquet' t(filename, x);
SELECT x, y, file_index FROM 'lake/a.parquet' t(x, y);
SELECT file_row_number + 1 AS k, s FROM 'lake/**/*.parquet' WHERE file_row_number IN (0, 2) AND file_index <> 1;
SELECT file_row_number, * FROM read_parquet('lake/a.parquet', file_row_number = true);
SELECT file_row_number, n FROM read_parquet('lake/a.parquet', filename = 'f', file_row_number = false) ORDER BY 1;
SELECT count(DISTINCT filename), count(file_row_number), max(file_row_number) FROM 'dated/**/*.parquet' WHERE year = 2024;
SELECT year, parse_filename(filename) AS f, count(*) FROM 'dated/**/*.parquet' WHERE file_row_number BETWEEN 1 AND 2 GROUP BY ALL;
SELECT (SELECT file_index) AS i, n FROM 'lake/**/*.parquet';
SELECT *, row_number() OVER (PARTITION BY file_index ORDER BY s) AS k FROM 'lake/**/*.parquet';
SELECT * EXCLUDE (n), sum(n) OVER (PARTITION BY file_row_number) AS k FROM 'lake/**/*.parquet';
SELECT * EXCLUDE s, sum(n) OVER (PARTITION BY file_row_number) AS k FROM 'lake/**/*.parquet';
SELECT t.* REPLACE (n + 1 AS n), first(s) OVER (PARTITION BY file_row_number ORDER BY file_index) AS k FROM 'lake/**/*.parquet' t;
SELECT a.*, b.* FROM 'lake/**/*.parquet' a, 'lake/a.parquet' b WHERE a.file_row_number = b.file_row_number QUALIFY rank() OVER (ORDER BY a.s, b.s) < 4;
FROM 'lake/**/*.parquet' WHERE file_index = 2 QUALIFY row_number() OVER (ORDER BY n) = 1;
FROM 'lake/**/*.parquet' t WHERE EXISTS (SELECT * FROM 'lake/a.parquet' u WHERE u.file_row_number = t.file_row_number AND u.n = t.n);
SELECT f.n FROM 'lake/**/*.parquet' f WHERE EXISTS (SELECT 1 FROM range(1) r(i) WHERE i = file_row_number);
TABLE 'lake/**/*.parquet' ORDER BY file_index DESC, file_row_number;
SELECT s FROM 'lake/a.parquet' UNION ALL SELECT s FROM 'lake/**/*.parquet' WHERE file_index = 1;
SELECT * FROM (SELECT *, file_index FROM 'lake/**/*.parquet') PIVOT (count(*) FOR file_index IN (0, 1, 2)) ORDER BY ALL;
SELECT DISTINCT file_index FROM 'lake/**/*.parquet' TABLESAMPLE 100%;
SELECT file_index, s FROM 'lake/**/*.parquet' LIMIT 2 OFFSET 2;
SELECT struct_pack(file_index), list_value(file_row_number) FROM 'lake/a.parquet';
FROM (DESCRIBE SELECT filename, file_row_number, file_index FROM 'lake/a.parquet');
WITH c AS (SELECT file_index AS i, s FROM 'lake/**/*.parquet') SELECT c1.i, c2.s FROM c c1 JOIN c c2 USING (i);

-- folders that are columns
FROM dated ORDER BY n;
SELECT year, kind, count(*) AS c, sum(n) AS s FROM dated GROUP BY year, kind ORDER BY ALL;
SELECT count(*) FROM dated WHERE year = 2023;
SELECT n FROM dated WHERE kind IS NULL ORDER BY n;
SELECT n, kind FROM dated WHERE kind IN ('a b', '007') AND year > 2022 ORDER BY n LIMIT 5;
SELECT count(*), min(year), max(kind) FROM 'dated/**/*.parquet' WHERE s = 'z';
SELECT year FROM 'dated/year=2024/*/*.parquet' LIMIT 2;
SELECT a.n, b.n FROM dated a JOIN dated b ON a.year = b.year + 1 AND a.n = b.n + 20 ORDER BY ALL;
SELECT rank() OVER (PARTITION BY year ORDER BY n) AS r, kind FROM dated WHERE n < 20 ORDER BY ALL;
SELECT DISTINCT year FROM dated ORDER BY year;
FROM (DESCRIBE dated);
FROM (DESCRIBE FROM read_parquet('dated/**/*.parquet', hive_types_autocast = false));
FROM (DESCRIBE FROM read_parquet('dated/**/*.parquet', hive_types = {'year': SMALLINT, 'kind': 'VARCHAR'}));
SELECT year, n FROM read_parquet('dated/**/*.parquet', hive_types = {'year': INT}) WHERE n < 30 ORDER BY n;
SELECT * FROM read_parquet('dated/year=2023/**/*.parquet', hive_partitioning = false) ORDER BY n;
SELECT * FROM read_parquet('dated/**/*.parquet', hive_partitioning = true, file_row_number = true) WHERE n < 15 ORDER BY n;
SELECT year, file_row_number, n FROM read_parquet('dated/**/*.parquet', file_row_number = true) WHERE n % 1000 = 0 ORDER BY n;
FROM read_parquet('days/*/*.parquet', union_by_name = true);
FROM read_parquet(['days/d=2024-1-3/b.parquet', 'days/d=2024-01-02/a.parquet'], union_by_name = true, hive_partitioning = false);
SELECT d + 1 AS next, typeof(n), more[1] FROM read_parquet('days/*/*.parquet', union_by_name = true) ORDER BY d;
SELECT parse_path(f)[-1] AS f, n FROM read_parquet('days/*/a.parquet', filename = 'f');
SELECT count(DISTINCT filename), count(*) FROM read_parquet(['lake/a.parquet', 'lake/a.parquet', 'lake/**/*.parquet'], filename := true);
SELECT read_parquet.n FROM read_parquet(['lake/a.parquet'], union_by_name => true) ORDER BY n;
SELECT parquet_scan.n FROM parquet_scan(['lake/a.parquet']) ORDER BY n;
SELECT t.x FROM read_parquet(['lake/a.parquet', 'lake/a.parquet'], can_have_nan = true) AS t(x) ORDER BY x;
SELECT count(*) FROM read_parquet(['lake/*.parquet', 'lake/deep/*.parquet']);
WITH c AS (FROM read_parquet('dated/**/*.parquet', filename = true)) PIVOT c ON year USING count(*) GROUP BY kind ORDER BY kind;

-- VALUES
VALUES (1, 'a'), (2, NULL);
VALUES (1), (2.5), (NULL);
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v;
SELECT v.n + 1, c FROM (VALUES (1, 'a'), (2, 'b')) v(n, c);
FROM (VALUES (DATE '2024-01-01'), (NULL)) t(d) SELECT d + 1;
SELECT p.name, v.what FROM people p JOIN (VALUES (10, 'ten'), (20, 'twenty')) v(dept, what) ON p.dept = v.dept ORDER BY p.id;
SELECT * FROM (VALUES (1, [1, 2]), (2, [])) v(i, l);
SELECT col0, col1 FROM (VALUES (1, 2), (3, 4));
(VALUES (3), (1), (2)) ORDER BY 1 DESC;
VALUES (1), (2), (3) LIMIT 2 OFFSET 1;
WITH v(x) AS (VALUES (1), (-1)) SELECT sum(x) FROM v;
VALUES ((SELECT max(id) FROM people), (SELECT count(*) FROM depts));

-- subqueries
SELECT s.n FROM (SELECT count(*) AS n FROM people) s;
SELECT n, d FROM (SELECT dept, count(*) FROM people GROUP BY dept) s(d, n) ORDER BY d;
SELECT * FROM (SELECT * FROM (SELECT id FROM depts WHERE id > 0) WHERE id > 10) WHERE id > 20;
SELECT a.id FROM (FROM depts WHERE floor > 0) a ORDER BY id;
SELECT * FROM (FROM (FROM lonely));
SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2) ORDER BY x;
SELECT m FROM (SELECT max(salary) AS m FROM people GROUP BY dept HAVING count(*) > 1) ORDER BY m;
SELECT t.r FROM (SELECT row_number() OVER (ORDER BY id) AS r FROM people) t WHERE t.r % 5 = 0 ORDER BY 1;
SELECT a, b FROM (SELECT 1, 2) t(a, b);
SELECT unnamed_subquery.z FROM (SELECT 3 AS z);
SELECT depts.id FROM (SELECT id FROM people WHERE id < 3) AS depts ORDER BY 1;

-- LATERAL
SELECT d.title, p.n FROM depts d, LATERAL (SELECT count(*) AS n FROM people p WHERE p.dept = d.id) p ORDER BY d.id;
SELECT d.title, p.n FROM depts d, (SELECT count(*) AS n FROM people p WHERE p.dept = d.id) p ORDER BY d.id;
SELECT d.title, p.name FROM depts d, LATERAL (SELECT name FROM people WHERE dept = d.id ORDER BY salary DESC NULLS LAST, id LIMIT 1) p ORDER BY d.id;
SELECT d.title, p.name FROM depts d LEFT JOIN LATERAL (SELECT name FROM people WHERE dept = d.id AND salary > 5000) p ON true ORDER BY d.id, p.name;
SELECT d.title, p.name FROM depts d JOIN LATERAL (SELECT name, salary FROM people WHERE dept = d.id) p ON p.salary > 5000 ORDER BY ALL;
SELECT p.id, t.twice FROM people p CROSS JOIN LATERAL (SELECT p.id * 2 AS twice) t ORDER BY p.id;
SELECT p.id, a.x, b.y FROM people p, LATERAL (SELECT p.id + 1 AS x) a, LATERAL (SELECT a.x * 2 AS y) b WHERE p.id < 4 ORDER BY 1;
SELECT p.id, v FROM people p, LATERAL (VALUES (p.id), (p.dept)) t(v) WHERE p.id < 3 ORDER BY ALL;
SELECT d.id, r.range FROM depts d, range(d.floor) r ORDER BY ALL;
SELECT d.id, g FROM depts d, generate_series(1, d.floor) t(g) ORDER BY ALL;
SELECT d.title, s.total FROM depts d, LATERAL (SELECT sum(p.salary) AS total FROM people p WHERE p.dept = d.id AND p.salary > (SELECT avg(salary) FROM people q WHERE q.dept = d.id)) s ORDER BY d.id;
SELECT o.x, i.y FROM lonely o, LATERAL (SELECT m.z + o.x AS y FROM (SELECT 1 AS z) m) i;
SELECT d.id, t.y FROM depts d LEFT JOIN (SELECT p.id AS y FROM people p WHERE p.dept = d.id AND p.salary > 5000) t ON true ORDER BY ALL;
SELECT d.id, e.n FROM depts d, (SELECT d.id AS k) t, (SELECT count(*) AS n FROM people WHERE dept = t.k) e ORDER BY ALL;
SELECT d.id, t.s FROM depts d, (SELECT string_agg(u.n, ',' ORDER BY u.n) AS s FROM (SELECT name AS n FROM people WHERE dept = d.id) u) t ORDER BY d.id;
SELECT d.id, t.id FROM depts d, (SELECT id FROM people UNION ALL SELECT d.floor) t WHERE t.id = d.floor ORDER BY ALL;

-- UNNEST
SELECT unnest([1, 2, 3]);
SELECT unnest([1, 2, NULL]) AS x, 'k' AS k;
SELECT id, unnest(nums) AS n FROM nested ORDER BY id, n;
SELECT id, unnest(nums), unnest(words) FROM nested;
SELECT id, unnest(pt) FROM nested ORDER BY id;
SELECT id, unnest(pts, recursive := true) FROM nested ORDER BY ALL;
SELECT id, unnest(grid, recursive := true) AS g FROM nested ORDER BY ALL;
SELECT id, unnest(pts, max_depth := 2) FROM nested ORDER BY ALL;
SELECT unnest({'a': 1, 'b': {'c': 2}});
SELECT unnest({'a': 1, 'b': {'c': 2}}, recursive := true);
SELECT * FROM unnest([3, 1, 2]);
SELECT u FROM unnest(['a', 'b']) t(u) ORDER BY u DESC;
SELECT n.id, u.x FROM nested n, unnest(n.nums) u(x) ORDER BY ALL;
SELECT n.id, x FROM nested n, unnest(nums) AS u(x) WHERE x > 2 ORDER BY ALL;
SELECT n.id, x FROM nested n LEFT JOIN unnest(n.nums) u(x) ON true ORDER BY ALL;
SELECT n.id, w, count(*) FROM nested n, unnest(n.words) t(w) GROUP BY ALL ORDER BY ALL;
SELECT * FROM unnest(['a', NULL]) WITH ORDINALITY;
SELECT n.id, u.x, u.o FROM nested n, unnest(n.nums) WITH ORDINALITY u(x, o) ORDER BY ALL;
SELECT unnest(range(3)) + 10 AS v;
SELECT unnest(nums) AS x FROM nested WHERE id = 1 ORDER BY x DESC LIMIT 2;
SELECT unnest(map_entries(m)) AS e FROM nested WHERE id = 1;
SELECT unnest(map_keys(m)) AS k, unnest(map_values(m)) AS v FROM nested WHERE id < 3;
SELECT unnest(generate_series(DATE '2024-02-27', DATE '2024-03-02', INTERVAL 1 DAY)) AS d;
SELECT dept, unnest(list(name ORDER BY id)) AS n FROM people GROUP BY dept ORDER BY ALL;
SELECT unnest(string_split('a,b,c', ',')) AS s ORDER BY s DESC;
SELECT unnest(NULL::INTEGER[]) AS nothing_at_all;
SELECT unnest([[1, 2], [3]]) AS l, unnest([10, 20, 30]) AS n;
SELECT DISTINCT unnest(nums) AS x FROM nested ORDER BY x;
SELECT (SELECT max(u) FROM unnest(nums) t(u)) AS m FROM nested ORDER BY id;

-- range and generate_series
SELECT * FROM range(4);
SELECT * FROM range(2, 10, 3);
SELECT * FROM range(5, 0, -2);
SELECT * FROM range(3) t(i), range(i) u(j);
SELECT * FROM generate_series(1, 4);
SELECT sum(generate_series) FROM generate_series(-3, 3);
SELECT * FROM range(DATE '2024-01-30', DATE '2024-03-01', INTERVAL '1' MONTH);
SELECT * FROM generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', INTERVAL 8 HOUR);
SELECT i, name FROM range(12) t(i) LEFT JOIN people ON people.id = i ORDER BY i;
SELECT r.range * 2 AS x FROM range(3) r ORDER BY x DESC;
SELECT count(*) FROM range(0);
SELECT count(*), sum(range) FROM range(100000);
SELECT * FROM repeat('ab', 3);
SELECT * FROM repeat_row(1, 'x', num_rows = 2);

-- queries as texts
