-- ORDER BY
SELECT id, name FROM people ORDER BY name NULLS FIRST, id;
SELECT id, name FROM people ORDER BY name DESC NULLS LAST, id DESC;
SELECT id, salary FROM people ORDER BY salary ASC NULLS LAST, id;
SELECT id, salary FROM people ORDER BY salary DESC, id;
SELECT * FROM depts ORDER BY ALL;
SELECT city, floor FROM depts ORDER BY ALL DESC;
SELECT city, floor FROM depts ORDER BY ALL NULLS FIRST;
SELECT * FROM depts ORDER BY * DESC;
SELECT id, dept FROM people ORDER BY 2 DESC NULLS LAST, 1;
SELECT name FROM people ORDER BY salary * -1, id;
SELECT name FROM people ORDER BY length(name), name;
SELECT dept AS k, id FROM people ORDER BY k + 1, id;
SELECT id FROM people ORDER BY dept = 20 DESC, id;
SELECT id FROM people ORDER BY CASE WHEN grade = 'D' THEN 0 ELSE 1 END, grade, id;
SELECT id, -id AS id FROM people ORDER BY people.id LIMIT 3;
SELECT w FROM words ORDER BY w COLLATE NOCASE, id LIMIT 6;
SELECT w FROM words ORDER BY w COLLATE NOACCENT, id;
SELECT w FROM words ORDER BY w COLLATE NOCASE.NOACCENT DESC, id LIMIT 8;
SELECT w FROM words ORDER BY w;
SELECT id FROM kinds ORDER BY dbl, id;
SELECT id FROM kinds ORDER BY dbl DESC NULLS LAST, id;
SELECT id FROM kinds ORDER BY blb NULLS FIRST, id;
SELECT id FROM kinds ORDER BY uid DESC, id;
SELECT id FROM kinds ORDER BY iv, id;
SELECT id FROM kinds ORDER BY tstz, id;
SELECT id FROM kinds ORDER BY tm, id;
SELECT id FROM kinds ORDER BY flag NULLS FIRST, id;
SELECT id FROM kinds ORDER BY dec38 DESC, id;
SELECT id FROM nested ORDER BY nums, id;
SELECT id FROM nested ORDER BY pt DESC NULLS LAST, id;
SELECT id FROM nested ORDER BY pts, id;
SELECT DISTINCT dept FROM people ORDER BY dept DESC NULLS FIRST;
SELECT dept, count(*) FROM people GROUP BY dept ORDER BY count(*) DESC, dept;
SELECT dept FROM people GROUP BY dept ORDER BY max(salary) DESC NULLS LAST;
SELECT name FROM people ORDER BY (SELECT max(title) FROM depts WHERE depts.id = people.dept), id;
SELECT id FROM people ORDER BY sum(salary) OVER (PARTITION BY dept), id;
SELECT id FROM people ORDER BY random() < 2, id;
SELECT w FROM words WHERE w IS NOT NULL ORDER BY w COLLATE C DESC LIMIT 3;
(SELECT id FROM people ORDER BY id DESC LIMIT 3);
SELECT * FROM (SELECT id FROM people ORDER BY id DESC LIMIT 3) ORDER BY id;
SELECT x FROM (VALUES (1.5), ('nan'::DOUBLE), (NULL), (-0.0), ('-inf'::DOUBLE)) t(x) ORDER BY x DESC NULLS LAST;

-- LIMIT and OFFSET
SELECT id FROM people ORDER BY id LIMIT 3;
SELECT id FROM people ORDER BY id LIMIT 3 OFFSET 12;
SELECT id FROM people ORDER BY id OFFSET 11;
SELECT id FROM people ORDER BY id OFFSET 2 LIMIT 2;
SELECT id FROM people ORDER BY id LIMIT 1 + 2;
SELECT id FROM people ORDER BY id LIMIT (SELECT count(*) / 5 FROM people);
SELECT id FROM people ORDER BY id LIMIT 2 OFFSET (SELECT min(floor) + 2 FROM depts);
SELECT id FROM people ORDER BY id LIMIT NULL;
SELECT id FROM people ORDER BY id LIMIT ALL;
SELECT id FROM people ORDER BY id LIMIT 10 + 10 OFFSET 13;
SELECT id FROM people ORDER BY id LIMIT 20%;
SELECT id FROM people ORDER BY id LIMIT 50 PERCENT OFFSET 1;
SELECT id FROM people ORDER BY id LIMIT (SELECT 30) %;
SELECT id FROM people ORDER BY id LIMIT 0;
SELECT id FROM people ORDER BY id LIMIT 0.0%;
SELECT id FROM people ORDER BY id FETCH FIRST 2 ROWS ONLY;
SELECT id FROM people ORDER BY id OFFSET 3 ROWS FETCH NEXT 1 ROW ONLY;
SELECT id FROM people ORDER BY salary DESC NULLS LAST, id LIMIT 4;
SELECT id FROM people LIMIT 0;
-- compare: 4 rows of SELECT id FROM people
SELECT id FROM people LIMIT 4;
-- compare: 3 rows of SELECT id FROM people
SELECT id FROM people LIMIT 5 OFFSET 11;
-- compare: 0 rows of SELECT id FROM people
SELECT id FROM people OFFSET 100;
-- compare: 7 rows of SELECT id FROM people
SELECT id FROM people LIMIT 50%;
-- compare: 3 rows of SELECT DISTINCT dept FROM people
SELECT DISTINCT dept FROM people LIMIT 3;
-- compare: 2 rows of SELECT dept, count(*) FROM people GROUP BY dept
SELECT dept, count(*) FROM people GROUP BY dept LIMIT 2;
-- compare: 5 rows of SELECT p.id, d.title FROM people p JOIN depts d ON p.dept = d.id
SELECT p.id, d.title FROM people p JOIN depts d ON p.dept = d.id LIMIT 5;
-- compare: 10 rows of SELECT oid FROM orders WHERE status = 'paid'
SELECT oid FROM orders WHERE status = 'paid' LIMIT 10;
-- compare: 2 rows of SELECT id FROM people UNION ALL SELECT floor FROM depts
SELECT id FROM people UNION ALL SELECT floor FROM depts LIMIT 2;
SELECT count(*) FROM (SELECT id FROM people LIMIT 5);
SELECT count(*) FROM (SELECT id FROM people OFFSET 5);
SELECT count(*) FROM (SELECT oid FROM orders LIMIT 1000 OFFSET 2995);
SELECT sum(s) FROM (SELECT salary AS s FROM people ORDER BY salary DESC NULLS LAST LIMIT 3);
-- compare: by input order
SELECT oid FROM orders LIMIT 20 OFFSET 1990;
-- compare: by input order
SELECT sum(oid), count(*) FROM (SELECT oid FROM orders LIMIT 700);
-- compare: by input order
SELECT id, w FROM words LIMIT 5;
-- compare: by input order
SELECT id FROM words WHERE w LIKE '%p%' LIMIT 3 OFFSET 1;
-- compare: by input order
SELECT max(oid) FROM (SELECT oid FROM orders WHERE user_id = -7 LIMIT 100);

-- larger tables: limits and order
SELECT id, name FROM users ORDER BY name DESC, id LIMIT 7;
SELECT id, name FROM users ORDER BY name NULLS FIRST, id DESC LIMIT 5 OFFSET 3;
SELECT score FROM users ORDER BY score DESC NULLS LAST, id LIMIT 20;
-- compare: by input order
SELECT oid FROM orders LIMIT 5;
-- compare: by input order
SELECT oid FROM orders LIMIT 5 OFFSET 2500;
SELECT oid FROM orders LIMIT 0;
SELECT count(*) FROM (SELECT oid FROM orders LIMIT 9223372036854775807);
SELECT id FROM users WHERE name = chr(0) || 'x' OR id < -37 ORDER BY id;
SELECT DISTINCT status FROM orders ORDER BY ALL;
SELECT DISTINCT kind, label FROM events ORDER BY kind, label;
SELECT DISTINCT score FROM users ORDER BY 1;
SELECT id FROM users ORDER BY id % 5, id DESC LIMIT 10;
