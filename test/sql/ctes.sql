WITH a AS (SELECT 1 AS x) SELECT * FROM a;
WITH a AS (SELECT dept, count(*) AS n FROM people GROUP BY dept) SELECT x.dept, x.n, y.n FROM a x JOIN a y ON x.n = y.n AND x.dept < y.dept ORDER BY ALL;
WITH a AS (SELECT id, dept FROM people), b AS (SELECT dept, max(id) AS m FROM a GROUP BY dept) SELECT a.id, b.m FROM a JOIN b USING (dept) ORDER BY a.id;
WITH a(k, v) AS (SELECT dept, salary FROM people) SELECT k, sum(v) FROM a GROUP BY k ORDER BY k;
WITH a AS MATERIALIZED (SELECT sum(units) AS s FROM sales) SELECT s, s * 2 FROM a;
WITH a AS NOT MATERIALIZED (SELECT id FROM people WHERE id < 4) SELECT x.id, y.id FROM a x, a y WHERE x.id <> y.id ORDER BY ALL;
WITH people AS (SELECT 1 AS id) SELECT * FROM people;
WITH people AS (SELECT * FROM people WHERE id < 3) SELECT id FROM people ORDER BY id;
WITH a AS (SELECT 1 AS x), a2 AS (WITH a AS (SELECT 2 AS x) SELECT x FROM a) SELECT a.x, a2.x FROM a, a2;
WITH a AS (SELECT 1 AS x) SELECT * FROM (WITH a AS (SELECT 2 AS x) SELECT * FROM a) UNION ALL SELECT * FROM a ORDER BY x;
WITH a AS (SELECT id FROM people WHERE id < 6) SELECT id FROM people WHERE id IN (SELECT id FROM a) AND id > (SELECT avg(id) FROM a) ORDER BY id;
WITH a AS (SELECT salary AS s FROM people) SELECT (SELECT max(s) FROM a) - (SELECT min(s) FROM a) AS spread;
WITH unused AS (SELECT 1 / 0 AS x) SELECT 2 AS y;
WITH d AS (SELECT id, title FROM depts) FROM d WHERE id > 10 ORDER BY id;
WITH a AS (FROM people SELECT dept WHERE salary > 4000) SELECT DISTINCT dept FROM a ORDER BY dept;
WITH a AS (SELECT region, sum(units) AS s FROM sales GROUP BY region) SELECT region FROM a WHERE s = (SELECT max(s) FROM a);
WITH a AS (SELECT user_id, sum(amount::DOUBLE) AS s FROM orders GROUP BY user_id) SELECT count(*) FROM a WHERE s = (SELECT max(s) FROM a);
WITH a AS (SELECT random() AS r FROM range(5)) SELECT count(*) FROM a x JOIN a y ON x.r = y.r;
WITH a AS (SELECT oid FROM orders LIMIT 10) SELECT count(*) FROM a x JOIN a y USING (oid);
WITH a AS (SELECT 1 AS x UNION ALL SELECT 2), b AS (SELECT x * 10 AS x FROM a), c AS (SELECT a.x + b.x AS x FROM a, b) SELECT x FROM c ORDER BY x;
WITH a AS (VALUES (1, 'one'), (2, 'two')) SELECT * FROM a t(n, s) ORDER BY n;
WITH v AS (SELECT id, row_number() OVER (ORDER BY salary DESC NULLS LAST, id) AS r FROM people) SELECT a.id, b.id FROM v a JOIN v b ON a.r = b.r + 1 ORDER BY a.r;
WITH a AS (SELECT id FROM people ORDER BY id LIMIT 3) SELECT * FROM a ORDER BY id DESC;
SELECT (WITH a AS (SELECT max(id) AS m FROM depts) SELECT m FROM a) AS m, id FROM people WHERE id < 3 ORDER BY id;
SELECT id FROM people p WHERE EXISTS (WITH a AS (SELECT dept FROM people q WHERE q.boss = p.id) SELECT * FROM a WHERE dept = 20) ORDER BY id;
SELECT * FROM (WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT x, y FROM a, b);
WITH a AS (SELECT count(*) AS n FROM nothing) SELECT n FROM a WHERE n = 0;
WITH t AS (SELECT kind, count(*) AS n FROM events GROUP BY kind), u AS (SELECT n, count(*) AS m FROM t GROUP BY n) SELECT * FROM t JOIN u USING (n) ORDER BY kind;

-- RECURSIVE
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t ORDER BY n;
WITH RECURSIVE t(n) AS (VALUES (1) UNION SELECT (n * 2) % 7 FROM t) SELECT n FROM t ORDER BY n;
WITH RECURSIVE fib(a, b) AS (SELECT 0::BIGINT, 1::BIGINT UNION ALL SELECT b, a + b FROM fib WHERE b < 500) SELECT max(a), count(*) FROM fib;
WITH RECURSIVE up AS (SELECT id, boss, 0 AS depth FROM people WHERE id = 10 UNION ALL SELECT p.id, p.boss, depth + 1 FROM people p JOIN up ON p.id = up.boss) SELECT id, depth FROM up ORDER BY depth;
WITH RECURSIVE down(id, path) AS (SELECT id, [id] FROM people WHERE boss IS NULL UNION ALL SELECT p.id, list_append(path, p.id) FROM people p JOIN down d ON p.boss = d.id) SELECT id, path FROM down ORDER BY path;
WITH RECURSIVE reach(a, b) AS (SELECT boss, id FROM people WHERE boss IS NOT NULL UNION SELECT r.a, p.id FROM reach r JOIN people p ON p.boss = r.b) SELECT a, count(*) FROM reach GROUP BY a ORDER BY a;
WITH RECURSIVE t AS (SELECT 1 AS n, 'a' AS s UNION ALL SELECT n + 1, s || 'b' FROM t WHERE n < 4) SELECT * FROM t ORDER BY n;
WITH RECURSIVE t AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM t WHERE x < 3), u AS (SELECT sum(x) AS s FROM t) SELECT s FROM u;
WITH RECURSIVE t(n, sum) AS (SELECT 0, 0 UNION ALL SELECT n + 1, sum + (SELECT max(floor) FROM depts) FROM t WHERE n < 3) SELECT * FROM t ORDER BY n;
WITH RECURSIVE plain AS (SELECT 7 AS x) SELECT x FROM plain;
WITH RECURSIVE t(n) AS (SELECT min(id) FROM people UNION ALL SELECT (SELECT min(p.id) FROM people p WHERE p.id > t.n) FROM t WHERE n < 9) SELECT n FROM t WHERE n IS NOT NULL ORDER BY n;
WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 3), b AS (SELECT n FROM a WHERE n > 1 UNION ALL SELECT n * 10 FROM b WHERE n < 100) SELECT n FROM b ORDER BY n;
WITH RECURSIVE days AS (SELECT DATE '2024-02-28' AS d UNION ALL SELECT (d + INTERVAL 1 DAY)::DATE FROM days WHERE d < DATE '2024-03-01') SELECT d, dayname(d) FROM days ORDER BY d;
WITH RECURSIVE t(i) AS (SELECT i FROM keys WHERE i < 0 UNION SELECT t.i + 1 FROM t WHERE t.i BETWEEN -3 AND 1) SELECT i, count(*) FROM t GROUP BY i ORDER BY i;
SELECT * FROM (WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t) ORDER BY n DESC;
WITH RECURSIVE empty(n) AS (SELECT id FROM nothing UNION ALL SELECT n + 1 FROM empty) SELECT count(*) FROM empty;

-- USING KEY
WITH RECURSIVE t(k, v) USING KEY (k) AS (SELECT 1, 10 UNION SELECT k, v - 1 FROM t WHERE v > 5) SELECT * FROM t;
WITH RECURSIVE t(a, b) USING KEY (a) AS (SELECT * FROM (VALUES (1, 3), (2, 4)) UNION SELECT a, b + 1 FROM t WHERE b < 6) SELECT a, b FROM t ORDER BY a;
WITH RECURSIVE cc(id, comp) USING KEY (id) AS (SELECT id, id FROM people UNION SELECT p.id, min(c.comp) FROM people p JOIN cc c ON p.boss = c.id JOIN recurring.cc r ON r.id = p.id WHERE c.comp < r.comp GROUP BY p.id) SELECT id, comp FROM cc ORDER BY id;

-- larger tables: subqueries and CTEs
SELECT k, n FROM (SELECT user_id AS k, count(*) AS n FROM orders GROUP BY user_id) t WHERE k < -40 AND n > 2 ORDER BY k;
SELECT max(total) FROM (SELECT user_id, sum(amount) AS total FROM orders GROUP BY user_id);
WITH t AS (SELECT user_id, sum(amount) AS s FROM orders GROUP BY user_id) SELECT a.user_id, b.s FROM t a JOIN t b ON a.user_id = b.user_id WHERE a.s > 50 ORDER BY 1;
WITH t AS (SELECT id, name FROM users WHERE active), s AS (SELECT count(*) AS n FROM t) SELECT t.id, s.n FROM t, s ORDER BY t.id LIMIT 5;
WITH t(a, b) AS MATERIALIZED (SELECT kind, count(*) FROM events GROUP BY kind) SELECT a, b FROM t ORDER BY a;
WITH x AS (SELECT avg(score) AS m FROM users WHERE score < 100) SELECT count(*) FROM users, x WHERE score > m;
SELECT a.k FROM (SELECT id AS k FROM users ORDER BY id LIMIT 10) a JOIN (SELECT user_id AS k FROM events ORDER BY seq LIMIT 200) b ON a.k = b.k ORDER BY 1;
SELECT * FROM (SELECT id, id FROM users WHERE id = 1) t;
SELECT t.x + 1 FROM (SELECT 1 AS x) t;
SELECT n, count(*) FROM (SELECT user_id, count(*) AS n FROM orders GROUP BY user_id) GROUP BY n ORDER BY n;
SELECT s.status, u.n FROM (SELECT DISTINCT status FROM orders) s, (SELECT count(*) AS n FROM users) u ORDER BY 1;
WITH w AS (SELECT 1 a, 2 b, 3 a, 4 b, 5 a, 6 A) SELECT * FROM w;
SELECT kind FROM events WHERE (kind::INTEGER + 1, label) = (kind, 'new');
SELECT kind FROM events JOIN prices ON kind = user_key SEMI JOIN (prices AS t0 JOIN prices AS t1 USING (user_key)) ON kind = user_key;
SELECT * REPLACE (kind AS kind) FROM events AS a JOIN events AS b USING (kind) WHERE a.seq < 3 AND b.seq < 40 ORDER BY ALL;
SELECT * EXCLUDE (kind) FROM events AS a JOIN events AS b USING (kind) WHERE a.seq < 3 AND b.seq < 40 ORDER BY ALL;
