-- quoting and case
SELECT "select", "Mixed Case", "größe", "a.b", "x""y", "from" FROM "odd names" ORDER BY "select";
SELECT "SELECT", "mixed case", "größe" FROM "ODD NAMES" o WHERE "Select" > 2;
SELECT o."a.b", o."x""y" AS "p""q", größe FROM "odd names" o WHERE o."from" ORDER BY o."select";
SELECT "Mixed Case" AS "MIXED case", count(*) AS "count(*)" FROM "odd names" GROUP BY "mixed case" ORDER BY 1;
SELECT Id, iD AS ID, "id" FROM People WHERE "ID" = 1;
SELECT t."Id" FROM (SELECT 1 AS "Id") T;
SELECT a.X, A.x FROM (SELECT 5 AS x) a;
SELECT X.x.x FROM (SELECT {'x': 1} AS x) x;
SELECT "a b c" AS "d e" FROM (SELECT 1 AS "a b c");
SELECT 2 AS " ", 3 AS "1", 4 AS "é";
SELECT "1" + 1 AS "2" FROM (SELECT 1 AS "1");
SELECT 1 AS "a'b", 2 AS "c;d", 3 AS "--", 4 AS "/*", 5 AS "$1", 6 AS "?";
SELECT "count" FROM (SELECT count(*) AS count FROM people);
SELECT max, min, sum FROM (SELECT 1 AS max, 2 AS min, 3 AS sum);
SELECT sum(sum) AS max FROM (SELECT 1 AS sum);

-- words that are keywords elsewhere
SELECT year, month, day, hour, minute, second FROM (SELECT 1 AS year, 2 AS month, 3 AS day, 4 AS hour, 5 AS minute, 6 AS second);
SELECT date, time, timestamp, interval FROM (SELECT 1 AS date, 2 AS time, 3 AS timestamp, 4 AS interval);
SELECT first, last, key, value, values, type, name, data, row, rows, range, groups FROM (SELECT 1 AS first, 2 AS last, 3 AS key, 4 AS value, 5 AS values, 6 AS type, 7 AS name, 8 AS data, 9 AS row, 10 AS rows, 11 AS range, 12 AS groups);
SELECT filter, over, partition, recursive, materialized, ignore, respect, sample, temp, view, schema FROM (SELECT 1 AS filter, 2 AS over, 3 AS partition, 4 AS recursive, 5 AS materialized, 6 AS ignore, 7 AS respect, 8 AS sample, 9 AS temp, 10 AS view, 11 AS schema);
SELECT t.left, t.right, t.full, t.natural FROM (SELECT 1 AS left, 2 AS right, 3 AS full, 4 AS natural) t;
SELECT set, "show", explain, copy, format, prepare, load, macro, index, sequence FROM (SELECT 1 AS set, 2 AS show, 3 AS explain, 4 AS copy, 5 AS format, 6 AS prepare, 7 AS load, 8 AS macro, 9 AS index, 10 AS sequence);
SELECT s.group, s.order, s.where, s.end FROM (SELECT 1 AS group, 2 AS order, 3 AS where, 4 AS end) s;
SELECT 1 AS select, 2 AS from, 3 AS case, 4 AS all, 5 AS null, 6 AS true;
SELECT columns, exclude, replace, rename FROM (SELECT 1 AS columns, 2 AS exclude, 3 AS replace, 4 AS rename);
SELECT "qualify".x FROM (SELECT 1 AS x) "qualify";
SELECT year(date) AS year FROM (SELECT DATE '2024-01-01' AS date);
SELECT text, char, int, float, bit, numeric FROM (SELECT 'a' AS text, 'b' AS char, 1 AS int, 2 AS float, 3 AS bit, 4 AS numeric);
SELECT position, substring, trim, extract, coalesce FROM (SELECT 1 AS position, 2 AS substring, 3 AS trim, 4 AS extract, 5 AS coalesce);
SELECT ordinality, "by", cube, rollup, sets, zone, "at", escape, percent FROM (SELECT 1 AS ordinality, 2 AS by, 3 AS cube, 4 AS rollup, 5 AS sets, 6 AS zone, 7 AS "at", 8 AS escape, 9 AS percent);
SELECT "only".a FROM (SELECT 1 AS a) AS "only";
WITH values AS (SELECT 1 AS a), key AS (SELECT 2 AS b) SELECT a, b FROM values, key;
SELECT "end" FROM (SELECT 1 AS "end") WHERE "end" = 1;
SELECT l.key, l.value FROM (SELECT unnest(map_entries(MAP {'k': 1})) AS l) t;

-- what a name means
SELECT x.id FROM people x, depts y WHERE x.dept = y.id AND y.title = 'Sales' ORDER BY x.id;
SELECT people.id FROM people WHERE people.dept = 10 ORDER BY people.id;
SELECT p.x, p.y FROM lonely p;
SELECT id FROM (SELECT id FROM people) people WHERE people.id = 1;
SELECT y FROM lonely y;
SELECT lonely.y, lonely FROM lonely;
SELECT s.s FROM (SELECT {'s': 1} AS s) s;
SELECT d.id FROM people p JOIN LATERAL (SELECT p.dept AS id) d ON true ORDER BY ALL LIMIT 3;
SELECT id FROM depts WHERE EXISTS (SELECT 1 FROM people WHERE dept = depts.id AND people.id > 8) ORDER BY id;
SELECT id, (SELECT max(id) FROM people) FROM depts ORDER BY id;
SELECT title FROM depts WHERE title IN (SELECT title FROM people) ORDER BY title;
SELECT a.id AS id2, b.id AS id1 FROM people a, people b WHERE a.id = b.id AND id2 < 3 AND id1 > 0 ORDER BY id1;
SELECT dept AS salary, salary AS dept FROM people WHERE dept = 10 ORDER BY salary, dept;
SELECT -id AS id FROM people ORDER BY id LIMIT 2;
SELECT id AS x FROM people GROUP BY x HAVING x > 10 ORDER BY x;
SELECT length(name) AS name FROM people GROUP BY name ORDER BY ALL;
SELECT dept % 3 AS dept, count(*) FROM people GROUP BY dept ORDER BY ALL;
SELECT title AS id FROM depts WHERE id > 20 ORDER BY id;
SELECT 1 AS a, a + 1 AS b, (SELECT a + b) AS c;
SELECT #1, #2 FROM depts ORDER BY #1;
SELECT t.* FROM (SELECT 1 AS a, 2 AS A_1, 3 AS a) t;
SELECT a, a_1 FROM (SELECT 1 AS a, 2 AS a);
SELECT * FROM (SELECT count(*), count(*), sum(id) FROM people);
SELECT * FROM (SELECT 1, 1, 'x');
SELECT "count_star()" FROM (SELECT count(*) FROM people);
SELECT "sum(id)", "max(id)" + 1 FROM (SELECT sum(id), max(id) FROM people);
SELECT main.upper('a'), system.main.lower('B'), pg_catalog.pg_typeof(1);

-- the name of the schema
SELECT main.depts.title, memory.main.depts.city FROM memory.main.depts ORDER BY depts.id;
SELECT d.title FROM main.depts d ORDER BY d.id;
SELECT count(*) FROM MAIN."Depts" WHERE main.depts.id > main.depts.floor;
SELECT main.depts.id + 1 AS n, sum(main.people.salary) AS s FROM main.depts JOIN memory.people ON main.depts.id = memory.people.dept GROUP BY main.depts.id ORDER BY n;
SELECT main.people.name FROM people WHERE main.people.id < 3 ORDER BY main.people.id;
SELECT rank() OVER (ORDER BY main.people.id) AS r FROM main.people ORDER BY r LIMIT 3;
SELECT id FROM main.depts WHERE EXISTS (FROM main.people WHERE main.people.dept = main.depts.id) ORDER BY id;
PIVOT main.people ON grade USING count(*) GROUP BY dept ORDER BY dept;
FROM (DESCRIBE main.depts);
TABLE main.lonely;
WITH c AS (SELECT main.depts.id FROM main.depts) SELECT count(c.id) FROM c;
