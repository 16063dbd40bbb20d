-- the whole row
SELECT * FROM depts;
SELECT d.*, d.floor + 1 FROM depts d;
SELECT *, * FROM lonely;
SELECT p.*, d.title FROM people p JOIN depts d ON p.dept = d.id ORDER BY p.id;
SELECT 1, *, 2 FROM lonely;
SELECT * EXCLUDE city FROM depts;
SELECT * EXCLUDE (city, FLOOR) FROM depts;
SELECT * EXCLUDE (d.id) FROM depts d JOIN people p ON d.id = p.dept ORDER BY p.id;
SELECT p.* EXCLUDE (boss, dept, grade, hired), d.* EXCLUDE (id) FROM people p JOIN depts d ON p.dept = d.id ORDER BY p.id;
SELECT * REPLACE (floor * 10 AS floor) FROM depts;
SELECT * REPLACE (upper(title) AS title, NULL AS city) FROM depts;
SELECT d.* REPLACE (id::VARCHAR || '!' AS id) FROM depts d;
SELECT * RENAME (title AS name, city AS town) FROM depts;
SELECT * EXCLUDE (city) REPLACE (-floor AS floor) RENAME (title AS name) FROM depts;
SELECT d.* EXCLUDE (city) RENAME (id AS key) FROM depts d;
SELECT * LIKE 's%' FROM people;
SELECT * NOT LIKE '%e%' FROM people;
SELECT * ILIKE 'B%' FROM people;
SELECT * SIMILAR TO '(id|na).*' FROM people;
SELECT * GLOB '*r*' FROM people;
SELECT u.* EXCLUDE (u.born) FROM users u WHERE id BETWEEN 1 AND 3;
SELECT * REPLACE (dept // 10 AS dept) FROM people WHERE dept > 10 ORDER BY dept, id;
SELECT * EXCLUDE (dept) FROM people WHERE dept = 20 ORDER BY dept, id;

-- COLUMNS
SELECT COLUMNS(*) FROM depts;
SELECT COLUMNS('^(id|title)$') FROM depts;
SELECT COLUMNS('i') FROM depts;
SELECT COLUMNS(['title', 'id']) FROM depts;
SELECT COLUMNS(c -> c LIKE '%t%') FROM depts;
SELECT COLUMNS(lambda c: length(c) = 5) FROM depts;
SELECT COLUMNS(* EXCLUDE (city)) FROM depts;
SELECT COLUMNS(* REPLACE (title || '.' AS title)) FROM depts;
SELECT COLUMNS(* EXCLUDE (title, city))::VARCHAR FROM depts;
SELECT min(COLUMNS(*)) FROM depts;
SELECT min(COLUMNS(* EXCLUDE city)), max(COLUMNS(* EXCLUDE city)) FROM depts;
SELECT COLUMNS('id|floor') + COLUMNS('id|floor') FROM depts;
SELECT coalesce(COLUMNS('title|city'), '?') FROM depts;
SELECT COLUMNS('id') AS key FROM depts;
SELECT COLUMNS('^(.)(.*)$') AS "\2_\1" FROM depts;
SELECT COLUMNS(d.*), l.x FROM depts d, lonely l;
SELECT count(COLUMNS(*)) FROM people;
SELECT sum(COLUMNS(c -> c IN ('units', 'year'))) FILTER (WHERE quarter = 2) FROM sales;
SELECT id FROM people WHERE COLUMNS('dept|boss') > 3 ORDER BY id;
SELECT concat(*COLUMNS('title|city')) AS c FROM depts;
SELECT coalesce(*COLUMNS(['city', 'title'])) AS c FROM depts;
SELECT greatest(*COLUMNS('id|floor')) AS g FROM depts;
SELECT [*COLUMNS('id|floor')] AS l FROM depts;
SELECT struct_pack(*COLUMNS('title|floor')) AS s FROM depts;
SELECT CASE WHEN COLUMNS('title|city') IS NULL THEN 'none' ELSE 'some' END FROM depts;
SELECT COLUMNS('dept|salary') FROM people ORDER BY COLUMNS('dept|salary') DESC NULLS LAST;
SELECT dept, max(COLUMNS('sal|hir')) FROM people GROUP BY dept ORDER BY dept;
SELECT COLUMNS(*)::VARCHAR FROM lonely;
SELECT COLUMNS('(t)itle') FROM depts;
SELECT * FROM people WHERE COLUMNS(['salary', 'dept']) IS NOT NULL ORDER BY id;

-- COLUMNS in other clauses asks for columns that nothing else names
SELECT id FROM people WHERE COLUMNS('s.l.ry') > 5000 ORDER BY id;
SELECT id FROM people WHERE COLUMNS(*) IS NOT NULL ORDER BY id;
SELECT id FROM people ORDER BY COLUMNS('d.pt') DESC NULLS LAST, id DESC;
SELECT id FROM depts ORDER BY COLUMNS(* EXCLUDE (id, title)) NULLS FIRST, id;
SELECT id FROM depts d WHERE (SELECT count(*) FROM people WHERE COLUMNS('s.l') > 1 AND dept = d.id) > 1 ORDER BY id;
SELECT id FROM depts d WHERE EXISTS (SELECT 1 FROM people WHERE COLUMNS('gr.de|na.e') IS NOT NULL AND dept = d.id AND salary < 0) ORDER BY id;

-- aliases
SELECT a: 1, b: 'x';
SELECT half: salary / 2, id FROM people ORDER BY id;
SELECT salary * 2 AS twice, twice + 1 AS more FROM people ORDER BY id;
SELECT salary AS s, s * 2 AS t, t - s AS u FROM people WHERE t > 9000 ORDER BY u;
SELECT id % 3 AS r FROM people WHERE r = 1 ORDER BY id;
SELECT id AS dept, dept AS x FROM people ORDER BY id;
SELECT dept AS d, sum(salary) AS total FROM people GROUP BY d HAVING total > 6000 ORDER BY total;
SELECT dept * 2 AS dept FROM people WHERE dept = 20;
SELECT id AS "id two", "id two" + 1 AS "id three" FROM people ORDER BY ALL;
SELECT id, dept AS id FROM people WHERE id = 1;
SELECT 1 AS x, x + 1 AS x, x FROM lonely;
SELECT sum(id) AS s, s / count(*) AS mean FROM people;
SELECT length(name) AS n, n * n AS nn FROM people WHERE nn > 8 ORDER BY name;
SELECT name who, dept "the dept" FROM people WHERE id = 2;
SELECT 'lit' AS 'single';

-- names that DuckDB gives
SELECT 1 + 1, -id, NOT flag, id::VARCHAR, CAST(id AS BIGINT), txt || 'x', id = 1, id IS NULL, (id) FROM kinds WHERE id = 1;
SELECT count(*), count(id), sum(id + 1), count(DISTINCT id), max(id) FILTER (WHERE id > 1) FROM kinds;
SELECT CASE WHEN id > 0 THEN 1 ELSE 2 END, id IN (1, 2), id BETWEEN 1 AND 2, txt LIKE 'z%' FROM kinds WHERE id = 1;
SELECT 'a', 1.5, NULL, true, DATE '2024-01-01', INTERVAL 1 DAY, [1, 2], {'a': 1}, [1, 2][1], {'a': 1}.a;
SELECT extract(year FROM dt), substring(txt FROM 1 FOR 1), trim(txt), position('z' IN txt), coalesce(txt, ''), dt + INTERVAL 1 MONTH FROM kinds WHERE id = 2;
SELECT sum(units) OVER (), row_number() OVER (ORDER BY id) FROM sales WHERE id < 2;
SELECT (SELECT 1), EXISTS (SELECT 1), 1 IN (SELECT 1);
SELECT Name, NAME, "naMe", people.id, P.iD FROM people, lonely AS P(id, q) WHERE people.id = 1 AND P.id = 42;
SELECT x.y, x.x FROM lonely x;

-- DISTINCT
SELECT DISTINCT dept FROM people ORDER BY dept;
SELECT DISTINCT dept, grade FROM people;
SELECT DISTINCT * FROM keys;
SELECT DISTINCT d FROM keys;
SELECT DISTINCT dept % 20 AS m FROM people ORDER BY m;
SELECT DISTINCT ON (dept) dept, name FROM people ORDER BY dept, salary DESC NULLS LAST, id;
SELECT DISTINCT ON (dept, grade) dept, grade, id FROM people ORDER BY dept, grade, id DESC;
SELECT DISTINCT ON (region) region, id, amount FROM sales ORDER BY region, amount DESC, id;
SELECT DISTINCT ON (length(name)) name FROM people ORDER BY length(name), name;
SELECT DISTINCT ON (d) dept AS d, id FROM people ORDER BY d, id LIMIT 3;
SELECT DISTINCT ON (1) dept, id FROM people ORDER BY 1, 2;
SELECT count(*) FROM (SELECT DISTINCT ON (region, product) * FROM sales);
SELECT DISTINCT sum(units) OVER (PARTITION BY region) AS s FROM sales ORDER BY s;
SELECT DISTINCT count(*) AS n FROM people GROUP BY dept ORDER BY n;
SELECT DISTINCT ON (kind) kind, seq FROM events ORDER BY kind, seq DESC;
-- compare: by input order
SELECT DISTINCT ON (status) status, oid FROM orders;
SELECT DISTINCT nums[1] AS n, pt FROM nested;
SELECT ALL dept FROM people;

-- SELECT in other shapes
FROM people SELECT id, name WHERE dept = 10;
FROM people SELECT dept, count(*) GROUP BY dept ORDER BY dept;
FROM depts;
FROM depts LIMIT 0;
FROM people p, depts d SELECT p.name, d.title WHERE p.dept = d.id;
SELECT 1,;
SELECT id, name, FROM people WHERE id = 2;
TABLE depts;
SELECT people FROM people WHERE id = 4;
SELECT p FROM (SELECT id, name FROM people) p WHERE p.id < 3;
SELECT d.title, d FROM depts d WHERE d.id = 10;
SELECT p.id, p.p FROM (SELECT id, dept AS p FROM people) p ORDER BY id LIMIT 2;
SELECT count(p) FROM people p;

-- larger tables: scans, filters, expressions
SELECT * FROM users;
SELECT id, name AS who, score * 2 AS twice FROM users WHERE id > 0 ORDER BY id;
SELECT count(*) FROM users;
SELECT count(*), count(id), count(DISTINCT id) FROM users WHERE active;
SELECT * EXCLUDE (born, active) FROM users WHERE name IS NULL OR name LIKE 'user 1%' ORDER BY id NULLS FIRST, name;
SELECT * REPLACE (upper(name) AS name) FROM users WHERE id BETWEEN -5 AND 5 ORDER BY id;
SELECT u.*, u.id + 1 FROM users u WHERE u.id IN (1, 2, 3, NULL) ORDER BY 1;
SELECT CASE WHEN id < 0 THEN 'neg' WHEN id > 0 THEN 'pos' ELSE 'other' END AS sign, count(*) FROM users GROUP BY 1 ORDER BY 1;
SELECT id FROM users WHERE born >= DATE '2020-06-01' AND born < DATE '2020-06-01' + INTERVAL '2' MONTH ORDER BY id;
SELECT extract(month FROM born) AS m, count(*) FROM users GROUP BY m ORDER BY m;
SELECT oid, amount FROM orders WHERE amount = 12.5 OR amount > 69 ORDER BY oid;
SELECT oid FROM orders WHERE placed >= '2021-03-03' AND placed < TIMESTAMP '2021-03-03 02:00:00' ORDER BY oid;
SELECT 1 AS one, 'x' || 'y' AS xy, NULL AS n, [1, 2] AS l, {'a': 1} AS s;
SELECT id, id AS id, name FROM users WHERE id = 7;
SELECT coalesce(name, 'nobody') AS n, nullif(id, 5) FROM users WHERE id BETWEEN 3 AND 6 ORDER BY id;
FROM users WHERE id = 3;
FROM users SELECT name WHERE id = 3;
SELECT big, factor FROM prices WHERE big > -50 ORDER BY big LIMIT 4;
SELECT kind, label FROM events WHERE kind::VARCHAR || label = '-4e0' ORDER BY seq LIMIT 3;

-- macros that unnest
SELECT generate_subscripts(['a', 'b'], 1) AS i;
SELECT id, regexp_split_to_table(w, ',') AS part FROM words WHERE w LIKE '%,%' ORDER BY ALL;
SELECT id, generate_subscripts(nums, 1) AS i FROM nested ORDER BY ALL;
