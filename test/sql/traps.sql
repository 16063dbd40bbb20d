-- averages and counts over joins: not merged from averages, nothing doubled
SELECT avg(s.amount), avg(p.salary) FROM sales s JOIN people p ON s.rep = p.id;
SELECT p.dept, avg(s.amount), count(*), count(DISTINCT p.id) FROM sales s JOIN people p ON s.rep = p.id GROUP BY p.dept ORDER BY p.dept;
SELECT d.city, avg(p.salary), sum(p.salary) / count(*) FROM depts d LEFT JOIN people p ON p.dept = d.id GROUP BY d.city ORDER BY d.city;
SELECT avg(a), avg(b) FROM (SELECT avg(units) AS a, count(*) AS b FROM sales GROUP BY region);
SELECT avg(user_id), avg(amount), count(user_id) FROM orders;
SELECT status, avg(small)::DECIMAL(18, 6) AS a FROM orders GROUP BY status ORDER BY status;
SELECT count(*), count(DISTINCT user_id), sum(DISTINCT small), avg(DISTINCT small) FROM orders WHERE oid % 7 = 0;
SELECT stddev(small), var_pop(small), corr(small, oid) FROM orders;
SELECT min(a.oid), max(b.oid), count(*) FROM orders a JOIN orders b ON a.user_id = b.user_id AND a.oid = b.oid;

-- outer joins: ON is not WHERE
SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id WHERE p.grade = 'C' ORDER BY ALL;
SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND p.grade = 'C' ORDER BY ALL;
SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND d.city = 'Bern' ORDER BY ALL;
SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id WHERE p.id IS NULL ORDER BY ALL;
SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id WHERE p.grade IS NULL ORDER BY ALL;
SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id WHERE coalesce(p.grade, 'C') = 'C' ORDER BY ALL;
SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id WHERE d.floor > 0 AND (p.salary > 5000 OR p.id IS NULL) ORDER BY ALL;
SELECT d.id, p.id FROM depts d RIGHT JOIN people p ON p.dept = d.id AND p.id < 0 ORDER BY ALL;
SELECT d.id, p.id FROM depts d FULL JOIN people p ON p.dept = d.id AND d.floor = 2 WHERE d.id IS NULL OR p.id IS NULL ORDER BY ALL;
SELECT d.id, p.id FROM depts d FULL JOIN people p ON p.dept = d.id AND false ORDER BY ALL;
SELECT d.id, x.n FROM depts d LEFT JOIN (SELECT dept, count(*) AS n FROM people GROUP BY dept) x ON x.dept = d.id ORDER BY d.id;
SELECT d.id, x.one FROM depts d LEFT JOIN (SELECT dept, 1 AS one FROM people WHERE id = 1) x ON x.dept = d.id ORDER BY d.id;
SELECT d.id, coalesce(x.n, 0) FROM depts d LEFT JOIN (SELECT dept, count(*) AS n FROM people WHERE salary > 1e6 GROUP BY dept) x ON x.dept = d.id ORDER BY d.id;
SELECT d.id, count(*), count(p.id), count(p.grade) FROM depts d LEFT JOIN people p ON p.dept = d.id GROUP BY d.id ORDER BY d.id;
SELECT count(*) FROM people p LEFT JOIN sales s ON s.rep = p.id LEFT JOIN orders o ON o.user_id = p.id;
SELECT a.id, b.id, c.id FROM depts a LEFT JOIN depts b ON a.id = b.id + 10 LEFT JOIN depts c ON c.id = b.id + 10 ORDER BY ALL;
SELECT a.id, c.id FROM depts a LEFT JOIN (depts b JOIN depts c ON b.id = c.id AND c.floor > 1) ON a.id = b.id ORDER BY ALL;
SELECT count(*) FROM users u LEFT JOIN nothing n ON u.id = n.id WHERE n.id IS NULL;
SELECT count(*), count(n.name) FROM nothing n RIGHT JOIN users u ON n.name = u.name;

-- NOT IN, NOT EXISTS and NULLs
SELECT id FROM people WHERE dept NOT IN (SELECT id FROM depts) ORDER BY id;
SELECT id FROM people WHERE dept NOT IN (SELECT id FROM depts WHERE id > 10) ORDER BY id;
SELECT id FROM people WHERE NOT dept IN (SELECT id FROM depts WHERE false) ORDER BY id;
SELECT id FROM people p WHERE NOT EXISTS (SELECT 1 FROM depts d WHERE d.id = p.dept) ORDER BY id;
SELECT count(*) FROM orders WHERE user_id NOT IN (SELECT id FROM users);
SELECT count(*) FROM orders WHERE user_id NOT IN (SELECT id FROM users WHERE id IS NOT NULL);
SELECT count(*) FROM users WHERE id NOT IN (SELECT id FROM nothing);
SELECT id IN (SELECT id FROM depts) AS x, count(*) FROM users GROUP BY x ORDER BY x;
SELECT id, NULL IN (SELECT d.id FROM depts d WHERE d.id = p.dept) AS x FROM people p ORDER BY id;
SELECT id, dept NOT IN (SELECT d.id FROM depts d WHERE d.floor = p.id) AS x FROM people p ORDER BY id;
SELECT id FROM people WHERE (dept, boss) NOT IN (SELECT dept, boss FROM people WHERE id > 5) ORDER BY id;

-- EXISTS and IN multiply nothing
SELECT count(*) FROM depts d WHERE EXISTS (SELECT 1 FROM people p WHERE p.dept = d.id);
SELECT count(*), sum(id) FROM people WHERE dept IN (SELECT dept FROM people);
SELECT sum(p.salary) FROM people p WHERE p.id IN (SELECT rep FROM sales);
SELECT count(*) FROM users WHERE id IN (SELECT user_id FROM orders);
SELECT count(*) FROM users SEMI JOIN orders ON users.id = orders.user_id;
SELECT d.id, (SELECT count(*) FROM people p WHERE p.dept = d.id AND p.id IN (SELECT rep FROM sales)) AS n FROM depts d ORDER BY d.id;

-- correlated subqueries: the count of nothing is 0, everything else of it NULL
SELECT d.id, (SELECT count(*) FROM people p WHERE p.dept = d.id) AS n FROM depts d ORDER BY d.id;
SELECT d.id FROM depts d WHERE (SELECT count(*) FROM people p WHERE p.dept = d.id) = 0 ORDER BY d.id;
SELECT d.id, (SELECT sum(salary) FROM people p WHERE p.dept = d.id) AS s, (SELECT list(id) FROM people p WHERE p.dept = d.id AND false) AS l FROM depts d ORDER BY d.id;
SELECT d.id, (SELECT count(*) + 1 FROM people p WHERE p.dept = d.id) AS n, (SELECT coalesce(max(id), -99) FROM people p WHERE p.dept = d.id) AS m FROM depts d ORDER BY d.id;
SELECT d.id FROM depts d WHERE 0 = (SELECT count(*) FILTER (WHERE grade = 'A') FROM people p WHERE p.dept = d.id) ORDER BY d.id;
SELECT d.id, (SELECT count(*) FROM people p WHERE p.dept = d.id GROUP BY p.dept) AS n FROM depts d ORDER BY d.id;
SELECT d.id, (SELECT count(*) FROM people p WHERE p.dept = d.id HAVING count(*) > 2) AS n FROM depts d ORDER BY d.id;
SELECT d.id, (SELECT DISTINCT 7 FROM people p WHERE p.dept = d.id) AS n FROM depts d ORDER BY d.id;
SELECT id FROM people p WHERE salary = (SELECT max(salary) FROM people q WHERE q.dept = p.dept) ORDER BY id;
SELECT id FROM people p WHERE salary = (SELECT min(salary) FROM people q WHERE q.dept IS NOT DISTINCT FROM p.dept) ORDER BY id;

-- no rows
SELECT count(*), count(id), sum(id), max(name), avg(amount) FROM nothing;
SELECT count(*) FROM nothing WHERE id = 1;
SELECT * FROM nothing ORDER BY id LIMIT 5;
SELECT DISTINCT * FROM nothing;
SELECT id, count(*) FROM nothing GROUP BY id HAVING count(*) >= 0;
SELECT sum(id) + 1, coalesce(sum(id), 0), count(*) = 0 FROM nothing;
SELECT count(*) FROM nothing a, users b;
SELECT count(*) FROM nothing a FULL JOIN nothing b ON a.id = b.id;
SELECT count(*), max(id) FROM (SELECT id FROM users WHERE id > 1000);
SELECT count(*) FROM (SELECT count(*) FROM users WHERE id > 1000);
SELECT count(*) FROM (SELECT id, count(*) FROM users WHERE id > 1000 GROUP BY id);
SELECT max(c) FROM (SELECT count(*) AS c FROM nothing UNION ALL SELECT count(*) FROM depts);
SELECT u.id, (SELECT n.name FROM nothing n WHERE n.id = u.id) AS n FROM users u WHERE u.id BETWEEN 1 AND 2 ORDER BY u.id;
SELECT row_number() OVER (ORDER BY id), sum(id) OVER () FROM nothing;
SELECT id FROM nothing UNION SELECT id FROM nothing EXCEPT SELECT 1;

-- keys of other widths, NULL, NaN, -0.0
SELECT a.id, b.id FROM keys a JOIN keys b ON a.i = b.b ORDER BY ALL;
SELECT a.id, b.id FROM keys a JOIN keys b ON a.i = b.d ORDER BY ALL;
SELECT a.id, b.id FROM keys a JOIN keys b ON a.i = b.n ORDER BY ALL;
SELECT a.id, b.id FROM keys a JOIN keys b ON a.b = b.f ORDER BY ALL;
SELECT a.id, b.id FROM keys a JOIN keys b ON a.d = b.f ORDER BY ALL;
SELECT a.id, b.id FROM keys a JOIN keys b ON a.d = b.d ORDER BY ALL;
SELECT a.id, b.id FROM keys a JOIN keys b ON a.i = TRY_CAST(b.t AS INTEGER) ORDER BY ALL;
SELECT a.id, b.id FROM keys a JOIN keys b ON a.dt = b.ts ORDER BY ALL;
SELECT a.id, b.id FROM keys a LEFT JOIN keys b ON a.n = b.i AND a.b = b.d ORDER BY ALL;
SELECT a.id, b.id FROM keys a JOIN keys b ON a.i IS NOT DISTINCT FROM b.b ORDER BY ALL;
SELECT a.id FROM keys a WHERE a.i IN (SELECT b FROM keys WHERE b < 0) ORDER BY a.id;
SELECT a.id FROM keys a ANTI JOIN keys b ON a.b = b.i ORDER BY a.id;
SELECT count(*) FROM keys a, keys b WHERE a.i = b.i;
SELECT d, count(*), sum(id) FROM keys GROUP BY d ORDER BY d;
SELECT d, i, count(*) FROM keys GROUP BY d, i ORDER BY ALL;
SELECT DISTINCT f FROM keys ORDER BY f;
SELECT x, count(*) FROM (SELECT i AS x FROM keys UNION ALL SELECT b FROM keys UNION ALL SELECT n FROM keys) GROUP BY x ORDER BY x;
SELECT coalesce(a.i, b.b) AS k, count(*) FROM keys a FULL JOIN keys b ON a.i = b.b GROUP BY k ORDER BY k;
SELECT k, count(*), max(oid) FROM (SELECT user_id % 3 AS k, oid FROM orders) GROUP BY k ORDER BY k;
SELECT u.id, p.user_key, o.n FROM users u JOIN prices p ON u.id = p.user_key JOIN (SELECT user_id, count(*) AS n FROM orders GROUP BY user_id) o ON o.user_id = p.user_key ORDER BY u.id;
SELECT -0.0::DOUBLE = 0.0, 'nan'::DOUBLE = 'nan'::DOUBLE, 'nan'::DOUBLE > 'inf'::DOUBLE, count(*) FILTER (WHERE d >= 7) FROM keys;
SELECT id, d = 0, d < 'nan', f::DOUBLE = d FROM keys ORDER BY id;

-- LIMIT inside
SELECT count(*) FROM people WHERE id IN (SELECT id FROM people ORDER BY id LIMIT 4);
SELECT x.id FROM (SELECT id, dept FROM people ORDER BY salary DESC NULLS LAST, id LIMIT 5) x WHERE x.dept = 10 ORDER BY x.id;
SELECT x.dept, count(*) FROM (SELECT dept FROM people ORDER BY id LIMIT 6) x GROUP BY x.dept ORDER BY x.dept;
SELECT x.id, d.title FROM (SELECT * FROM people ORDER BY id LIMIT 3) x LEFT JOIN depts d ON d.id = x.dept ORDER BY x.id;
SELECT count(*) FROM (SELECT * FROM orders LIMIT 10) a, (SELECT * FROM orders LIMIT 7) b;
SELECT sum(c) FROM (SELECT count(*) AS c FROM orders GROUP BY user_id ORDER BY c DESC LIMIT 1);
SELECT count(*) FROM (SELECT id FROM people LIMIT 3 OFFSET 13);
SELECT id FROM (SELECT id FROM people ORDER BY id LIMIT 5) WHERE id > 2 ORDER BY id;
SELECT id FROM (SELECT id FROM people WHERE id > 2 ORDER BY id LIMIT 5) ORDER BY id DESC LIMIT 2;
(SELECT id FROM people ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM people ORDER BY id DESC LIMIT 1) ORDER BY id;
SELECT * FROM (SELECT DISTINCT dept FROM people ORDER BY dept LIMIT 2) ORDER BY dept DESC;

-- float sums are computed once
WITH t AS (SELECT user_id, sum(amount::DOUBLE) AS s FROM orders GROUP BY user_id) SELECT user_id FROM t WHERE s = (SELECT max(s) FROM t);
SELECT count(*) FROM (SELECT sum(score) AS s FROM users WHERE NOT isnan(score)) a;
WITH t AS (SELECT label, avg(seq / 7) AS a FROM events GROUP BY label) SELECT x.label FROM t x JOIN t y ON x.a = y.a ORDER BY 1;
WITH t AS (SELECT sum(0.1::DOUBLE * oid) AS s FROM orders) SELECT count(*) FROM t a JOIN t b ON a.s = b.s;

-- volatile and errors stay where they are
SELECT count(*) FROM (SELECT random() AS r FROM people) WHERE r = r;
SELECT count(*) FROM (SELECT random() AS r FROM people) a JOIN (SELECT 1 AS one) b ON a.r < 2;
SELECT count(DISTINCT r) > 1 AS many FROM (SELECT random() AS r FROM orders);
SELECT id FROM people WHERE CASE WHEN dept = 0 THEN 1 / 0 > 1 ELSE dept = 10 END ORDER BY id;
SELECT p.id FROM people p JOIN words w ON p.id = w.id WHERE CASE WHEN w.id = 12 THEN w.w::DATE > DATE '2020-01-01' ELSE false END ORDER BY p.id;
SELECT sum(TRY_CAST(w AS DOUBLE)) FROM words;
SELECT w::DATE AS d FROM (SELECT w FROM words WHERE id = 12);

-- precedence and folding
SELECT id FROM people WHERE dept = 10 OR dept = 20 AND salary > 5000 ORDER BY id;
SELECT id FROM people WHERE NOT dept = 10 ORDER BY id;
SELECT id FROM people WHERE dept = 10 AND NULL OR id = 2 ORDER BY id;
SELECT id FROM people WHERE salary * 0 = 0 ORDER BY id;
SELECT id FROM people WHERE dept = dept ORDER BY id;
SELECT id FROM people WHERE salary > 3000 AND salary > 5000 AND salary < 6500 ORDER BY id;
SELECT id FROM people WHERE 3000 < salary AND NOT (salary >= 5000) ORDER BY id;
SELECT id FROM orders, (SELECT 1 AS id) WHERE oid = 5;
SELECT count(*) FROM users WHERE id = 5.0 OR id = '7' OR id = 1.5;
SELECT count(*) FROM orders WHERE oid < 10.5 AND oid >= 0.5 AND user_id <> -7.0;
SELECT count(*) FROM orders WHERE amount > 10.123 AND amount <= '60.5';
SELECT count(*) FROM orders WHERE placed > DATE '2021-03-02' AND placed::DATE < '2021-03-03';
SELECT count(*) FROM orders WHERE status > 'n' AND status < 'q' AND status <> 'new';
SELECT count(*) FROM orders WHERE small BETWEEN -200 AND 32767 AND small + 32700 > 32767;

-- skew, duplicates, many groups
SELECT user_id, count(*) FROM orders GROUP BY user_id HAVING count(*) > 25 ORDER BY user_id;
SELECT a.user_id, count(*) FROM orders a JOIN orders b ON a.user_id = b.user_id GROUP BY a.user_id HAVING count(*) > 900 ORDER BY 1;
SELECT count(*), sum(c) FROM (SELECT oid % 1000 AS g, count(*) AS c FROM orders GROUP BY g);
SELECT user_id, min(placed), max(placed), list(oid ORDER BY oid)[1:2] FROM orders WHERE user_id < -45 GROUP BY user_id ORDER BY user_id;
SELECT count(*) FROM orders o JOIN users u ON u.id = o.user_id JOIN orders q ON q.user_id = u.id WHERE o.oid < 200 AND q.oid < 200;
SELECT DISTINCT user_id FROM orders ORDER BY user_id DESC NULLS FIRST LIMIT 5;
SELECT a.kind, b.kind FROM events a JOIN events b ON a.seq = b.seq + 1 AND a.kind > b.kind WHERE a.seq < 12 ORDER BY a.seq;
SELECT kind, count(*) FROM events WHERE kind IN (SELECT user_key FROM prices WHERE user_key < 0) GROUP BY kind ORDER BY kind;

-- SEMI and ANTI joins of two blocks that run whole
SELECT c FROM (SELECT rank() OVER (ORDER BY id) AS c FROM depts) a SEMI JOIN (SELECT DISTINCT ON (id) id FROM people ORDER BY id) b ON b.id = c ORDER BY c;
SELECT c FROM (SELECT rank() OVER (ORDER BY id) AS c FROM depts) a ANTI JOIN (SELECT id FROM people UNION SELECT 7) b ON b.id = c ORDER BY c;

-- the list of EXISTS counts where rows are compared
SELECT p.id FROM people p WHERE EXISTS (SELECT DISTINCT * FROM sales s WHERE s.rep = p.id OFFSET 3) ORDER BY p.id;
SELECT p.id FROM people p WHERE EXISTS (SELECT * FROM sales s WHERE s.rep = p.id GROUP BY ALL OFFSET 3) ORDER BY p.id;
SELECT p.id FROM people p WHERE EXISTS (SELECT DISTINCT ON (s.year) s.* FROM sales s WHERE s.rep = p.id OFFSET 1) ORDER BY p.id;
SELECT p.id FROM people p WHERE EXISTS (SELECT * FROM sales s WHERE s.rep = p.id EXCEPT SELECT * FROM sales WHERE units > 3) ORDER BY p.id;

-- a whole row as a value in a filter
SELECT p.id FROM people p WHERE EXISTS (SELECT * FROM people i WHERE i = p AND i.id < 5) ORDER BY p.id;
SELECT d.id FROM depts d WHERE d IN (SELECT e FROM depts e WHERE e.floor > 1) ORDER BY d.id;

-- quotes in strings and comments beside quoted names
SELECT '"' AS q, rank() OVER (ORDER BY "Mixed Case") AS r FROM "odd names" ORDER BY r;
SELECT $$"$$ AS q, sum("a.b") OVER (ORDER BY "x""y") AS s /* " */ FROM "odd names" ORDER BY s;
SELECT 'it''s "' AS q, (SELECT max("größe") FROM "odd names" o WHERE o."Mixed Case" <> '"') AS m FROM depts ORDER BY q LIMIT 1;

-- NULL without a type gets one from what reads it
SELECT p.id, coalesce(n.b, DATE '2020-01-01') AS d FROM people p JOIN (SELECT NULL AS b, id FROM people) n USING (id) WHERE p.id < 4 ORDER BY p.id;
SELECT greatest(b, 'x') AS g, typeof(b) AS t FROM (SELECT b FROM (SELECT NULL AS b, id FROM depts) WHERE id = 10);
SELECT coalesce(b, DATE '2020-01-01') AS d FROM (SELECT NULL AS b FROM depts WHERE id = 10 UNION ALL SELECT NULL);
SELECT max(b) AS m, id FROM (SELECT NULL AS b, id FROM depts UNION ALL SELECT title, id FROM depts) GROUP BY id ORDER BY id;
SELECT typeof(b) AS t FROM (WITH n AS (SELECT NULL AS b FROM depts LIMIT 1) SELECT b FROM n);

-- a SEMI join's right side takes the merges of its names away from the left
SELECT * FROM people JOIN depts USING (id) SEMI JOIN (people AS p JOIN depts AS d USING (id)) ON p.id > 3;
SELECT * FROM people JOIN people AS p USING (id) ANTI JOIN (depts AS c NATURAL JOIN depts AS d) USING (id);

-- what a NULL was put together with may have no type either
SELECT split_part(s.c, ' ', 1) AS p FROM (SELECT (title || NULL::VARCHAR)[1:2] AS c FROM depts) s;
SELECT coalesce(s.c, 'none') AS p, typeof(s.c) AS t FROM (SELECT title || replace(NULL::VARCHAR, 'e', title) AS c, count(*) AS n FROM depts GROUP BY 1) s WHERE n > 0;
SELECT coalesce(s.c, ['none']) AS p FROM (SELECT [NULL] AS c, id FROM depts) s JOIN depts USING (id);
SELECT coalesce(s.c, DATE '2020-01-01') AS p FROM (SELECT max(CASE WHEN id > 3 THEN NULL END) AS c FROM depts) s;
SELECT s.c + 1 AS p FROM (SELECT CASE WHEN id > 10 THEN id ELSE NULL END AS c FROM depts) s ORDER BY p;
WITH w AS (WITH RECURSIVE q AS (SELECT id FROM users), r(n) AS (SELECT id % 3 FROM q UNION SELECT n + 1 FROM r WHERE n < 30) SELECT id FROM q SEMI JOIN r ON id = n) SELECT id, rank() OVER (ORDER BY id) FROM users AS u WHERE NOT EXISTS (SELECT NULL FROM w AS n WHERE u.score > 50) ORDER BY id;
WITH w AS (WITH RECURSIVE q AS (SELECT id FROM users), r(n) AS (SELECT id % 3 FROM q UNION SELECT n + 1 FROM r WHERE n < 30) SELECT id FROM q ANTI JOIN r ON id = n) SELECT quantile_disc(id, 0.25), rank() OVER (ORDER BY count(*)) FROM users AS u WHERE EXISTS (SELECT NULL FROM w AS n WHERE u.score > 50) GROUP BY ALL;
WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 3), b(n) AS (SELECT n FROM (SELECT n, rank() OVER (ORDER BY n) FROM a) UNION SELECT n * 2 FROM b WHERE n < 20) SELECT n FROM b ORDER BY n;
SELECT x, count(*) FROM (SELECT regexp_replace(n, 'a', 'b') AS x, NULL AS n FROM users GROUP BY n) GROUP BY x;
WITH w AS (SELECT id, score FROM users WHERE id < 5) SELECT w.id, g.x FROM w LEFT JOIN (SELECT regexp_replace(n, 'a', 'b') AS x, NULL AS n FROM users GROUP BY n) AS g ON TRUE ORDER BY w.id;
