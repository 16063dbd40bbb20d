-- WHERE beside what is not taken apart: which tables may be filtered before
SELECT p.id, d.id, count(*) OVER () FROM people p LEFT JOIN depts d ON p.dept = d.id WHERE d.city = 'Oslo' ORDER BY p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p LEFT JOIN depts d ON p.dept = d.id WHERE d.city IS NULL ORDER BY p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p LEFT JOIN depts d ON p.dept = d.id WHERE coalesce(d.city, 'Oslo') = 'Oslo' ORDER BY p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p LEFT JOIN depts d ON p.dept = d.id WHERE d.floor IS DISTINCT FROM 2 ORDER BY p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p LEFT JOIN depts d ON p.dept = d.id WHERE NOT (d.floor > 1) OR d.id IS NULL ORDER BY p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p RIGHT JOIN depts d ON p.dept = d.id WHERE p.grade IS NULL ORDER BY d.id, p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p RIGHT JOIN depts d ON p.dept = d.id WHERE d.city = 'Bern' ORDER BY d.id, p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p FULL JOIN depts d ON p.dept = d.id WHERE p.id > 6 ORDER BY d.id, p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p FULL JOIN depts d ON p.dept = d.id WHERE d.id IS NULL ORDER BY d.id, p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p FULL JOIN depts d ON p.dept = d.id WHERE p.id IS NULL AND d.floor >= 0 ORDER BY d.id, p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p LEFT JOIN depts d ON p.dept = d.id AND d.city = 'Oslo' WHERE p.salary > 3000 ORDER BY p.id;
SELECT p.id, d.id, l.x, count(*) OVER () FROM people p LEFT JOIN (depts d JOIN lonely l ON d.id < l.x) ON p.dept = d.id WHERE d.floor IS NULL ORDER BY p.id;
SELECT p.id, d.id, count(*) OVER () FROM people p LEFT JOIN depts d ON p.dept = d.id JOIN lonely l ON l.x > 0 WHERE d.id IS NULL ORDER BY p.id;
SELECT p.id, count(*) OVER () FROM people p SEMI JOIN depts d ON p.dept = d.id WHERE p.grade = 'C' ORDER BY p.id;
SELECT p.id, count(*) OVER () FROM people p ANTI JOIN depts d ON p.dept = d.id WHERE p.salary > 2000 ORDER BY p.id;
SELECT p.id, count(*) OVER () FROM people p, depts d WHERE p.dept = d.id AND d.floor > 0 AND p.salary > 4000 ORDER BY p.id;
SELECT sensor, r.id, m.mark, count(*) OVER () FROM readings r RIGHT JOIN marks m USING (sensor) WHERE sensor IS NULL OR sensor = 7 ORDER BY ALL;
SELECT sensor, r.id, m.mark, count(*) OVER () FROM readings r FULL JOIN marks m USING (sensor) WHERE sensor <> 1 ORDER BY ALL;
SELECT sensor, r.id, m.mark, count(*) OVER () FROM readings r FULL JOIN marks m USING (sensor) WHERE sensor IS NULL ORDER BY ALL;
SELECT count(*), sum(n) FROM (SELECT count(*) OVER (PARTITION BY region) AS n, region FROM sales) WHERE region = 'west';
SELECT id, n FROM (SELECT id, dept, count(*) OVER () AS n FROM people) WHERE dept = 20 ORDER BY id;
SELECT id, r FROM (SELECT id, rank() OVER (ORDER BY salary DESC NULLS LAST) AS r FROM people) WHERE id > 5 ORDER BY id;
SELECT id, dept * 2 AS dept, count(*) OVER () FROM people WHERE dept = 20 ORDER BY id;
SELECT id + 1 AS x, count(*) OVER () AS n FROM people WHERE x > 8 ORDER BY x;
SELECT id AS salary, count(*) OVER () FROM people WHERE salary > 6000 ORDER BY id;

-- joins that look at other rows: a filter below changes what is met
SELECT r.id, m.mark, count(*) OVER () FROM readings r ASOF JOIN marks m ON r.sensor = m.sensor AND r.seen >= m.seen WHERE m.mark <> 'b' ORDER BY r.id;
SELECT r.id, m.mark FROM readings r ASOF JOIN marks m ON r.sensor = m.sensor AND r.seen >= m.seen WHERE m.mark <> 'b' ORDER BY r.id;
SELECT r.id, m.mark FROM readings r ASOF LEFT JOIN marks m ON r.sensor = m.sensor AND r.seen >= m.seen WHERE m.mark IS NULL ORDER BY r.id;
SELECT r.id, m.mark FROM readings r ASOF JOIN marks m ON r.sensor = m.sensor AND r.seen >= m.seen WHERE r.level > 2 AND m.seen > TIMESTAMP '2024-03-30 22:00:00' ORDER BY r.id;
SELECT a.id, b.title FROM (SELECT id FROM people ORDER BY id) a POSITIONAL JOIN (SELECT title FROM depts ORDER BY title) b WHERE a.id > 2 ORDER BY a.id;
-- compare: by input order
SELECT d.id, m.mark FROM depts d POSITIONAL JOIN marks m WHERE d.floor > 0;
-- compare: by input order
SELECT d.id, m.mark FROM depts d POSITIONAL JOIN marks m WHERE m.mark > 'b' AND d.id IS NOT NULL;

-- filters inside subqueries stay inside
SELECT p.id, (SELECT count(*) FROM people q WHERE q.dept = p.dept AND q.salary > 3000) AS n FROM people p WHERE p.salary < 6000 ORDER BY p.id;
SELECT p.id, (SELECT max(title) FROM depts WHERE id = dept) AS t FROM people p WHERE dept > 0 ORDER BY p.id;
SELECT d.id FROM depts d WHERE EXISTS (SELECT 1 FROM people WHERE dept = d.id AND floor > 0) ORDER BY d.id;
SELECT d.id FROM depts d WHERE d.floor > 0 AND NOT EXISTS (SELECT 1 FROM people p WHERE p.dept = d.id AND p.salary > 5000) ORDER BY d.id;
SELECT a.id, (SELECT count(*) FROM people WHERE id < a.id AND dept = 20) AS n FROM people a WHERE a.dept = 10 ORDER BY a.id;
SELECT id FROM people WHERE dept = 20 UNION ALL SELECT id FROM people WHERE dept = 10 ORDER BY id;
SELECT id FROM people WHERE dept = 20 EXCEPT SELECT id FROM people WHERE salary > 4000 ORDER BY id;
SELECT x.id, x.n FROM (SELECT id, count(*) OVER () AS n FROM people WHERE dept = 20) x JOIN (SELECT id, count(*) OVER () AS n FROM people WHERE grade = 'C') y ON x.id = y.id ORDER BY x.id;
WITH a AS (SELECT * FROM people WHERE dept = 20) SELECT id, count(*) OVER () FROM a WHERE salary > 3500 ORDER BY id;
WITH depts AS (SELECT id, dept AS floor FROM people) SELECT id, count(*) OVER () FROM depts WHERE floor = 10 ORDER BY id;
WITH RECURSIVE t AS (SELECT id, boss FROM people WHERE id = 1 UNION ALL SELECT p.id, p.boss FROM people p, t WHERE p.boss = t.id AND p.salary > 3000) SELECT id FROM t WHERE id > 1 ORDER BY id;
SELECT p.id, t.n FROM people p, LATERAL (SELECT count(*) AS n FROM sales s WHERE s.rep = p.id AND s.units > 5) t WHERE p.dept = 20 AND t.n > 2 ORDER BY p.id;
SELECT dept, count(*) AS n, rank() OVER (ORDER BY count(*) DESC, dept) FROM people WHERE salary > 2000 GROUP BY dept HAVING count(*) > 1 ORDER BY dept;
SELECT id FROM people WHERE salary > 2000 QUALIFY row_number() OVER (PARTITION BY dept ORDER BY id) = 1 ORDER BY id;
SELECT region, year, sum(units) FROM sales WHERE region IN ('north', 'east') AND quarter > 1 GROUP BY ROLLUP (region, year) ORDER BY GROUPING(region, year), region, year;
SELECT DISTINCT ON (dept) dept, id FROM people WHERE id > 3 ORDER BY dept, id;
PIVOT (SELECT * FROM sales WHERE region <> 'west') ON year IN (2021, 2022) USING sum(units) GROUP BY region ORDER BY region;
SELECT id, unnest(nums) AS x FROM nested WHERE id > 1 AND nums IS NOT NULL ORDER BY ALL;
SELECT count(*) FROM (SELECT id FROM people LIMIT 5) a, (SELECT count(*) OVER () AS n FROM depts WHERE floor > 0) b;
SELECT id, count(*) OVER () FROM people WHERE TRY_CAST(name AS INTEGER) IS NULL AND id / 2 IS NOT NULL AND salary / 0 IS NULL ORDER BY id;
SELECT id, count(*) OVER () FROM words WHERE CASE WHEN id = 12 THEN w::DATE = DATE '2024-05-06' ELSE false END;
SELECT count(*) OVER () AS n FROM people WHERE random() < 0 AND 'empty' = 'empty';
SELECT p.id, count(*) OVER () FROM people p JOIN nested n ON p.id = n.id WHERE n.pt.x = 1 AND p.id > 0 ORDER BY p.id;
SELECT kind, seq, lag(seq) OVER (PARTITION BY kind ORDER BY seq) FROM events WHERE kind IN (-4, 4) AND seq < 60 ORDER BY seq;
SELECT oid, sum(amount) OVER (ORDER BY oid) FROM orders WHERE oid BETWEEN 100 AND 120 AND status IS NOT NULL ORDER BY oid;
SELECT u.id, o.oid, row_number() OVER (ORDER BY o.oid, u.id) FROM users u JOIN orders o ON u.id = o.user_id WHERE u.id < -30 AND o.oid < 900 ORDER BY o.oid, u.id;
SELECT count(*) OVER () AS n, id FROM keys WHERE d = 'nan' OR f IS NULL ORDER BY id;
SELECT count(*) OVER () AS n, id FROM kinds WHERE tstz > '1970-01-01' AND dt >= '1970-01-01' ORDER BY id;
SELECT count(*) OVER () AS n, id FROM kinds WHERE uid = '12345678-90ab-cdef-1234-567890abcdef' AND blb > 'a' ORDER BY id;
SELECT count(*) OVER () AS n, id FROM kinds WHERE dec4 > 0.05 AND dec18 < 1 AND big = 1.0 ORDER BY id;
