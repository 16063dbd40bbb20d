-- DESCRIBE and SHOW in FROM
SELECT * FROM (DESCRIBE sales);
SELECT * FROM (DESCRIBE kinds);
SELECT column_name, column_type FROM (DESCRIBE nested) WHERE column_type LIKE '%[]' ORDER BY column_name;
FROM (DESC people) SELECT count(*);
FROM (SHOW depts);
FROM (DESCRIBE FROM people p JOIN depts d ON p.dept = d.id);
FROM (DESCRIBE SELECT dept, avg(salary), now(), NULL AS n FROM people GROUP BY ALL);
FROM (DESCRIBE 'lake/a.parquet');
FROM (DESCRIBE VALUES (1, 'a'));
FROM (DESCRIBE (SELECT rank() OVER (ORDER BY id) AS r, * FROM lonely, people));
WITH c AS (SELECT 1 AS q, 'x' AS w) FROM (DESCRIBE c);
WITH c AS (SELECT max(id) AS q FROM people) FROM (DESCRIBE SELECT *, q + 1 FROM c JOIN c c2 USING (q));
FROM (DESCRIBE PIVOT sales ON year USING sum(units) GROUP BY region);
(DESCRIBE depts);
SELECT (SELECT count(*) FROM (DESCRIBE people)) AS n, (SELECT string_agg(column_name, ',') FROM (SHOW depts)) AS names;
SELECT a.column_name FROM (DESCRIBE people) a JOIN (DESCRIBE depts) b USING (column_name, column_type);
SELECT * FROM (DESCRIBE depts) AS d(a, b) ORDER BY a;
FROM (DESCRIBE WITH d AS (FROM depts) SELECT * FROM d WHERE id IN (SELECT dept FROM people));
SELECT id FROM depts WHERE title IN (SELECT 'Tools' FROM (DESCRIBE depts)) ORDER BY id;
FROM (DESCRIBE FROM (SUMMARIZE depts));

-- SUMMARIZE in FROM
FROM (SUMMARIZE depts);
FROM (SUMMARIZE people);
FROM (SUMMARIZE SELECT * EXCLUDE (flt, dbl) FROM kinds);
FROM (SUMMARIZE nested);
FROM (SUMMARIZE nothing);
FROM (SUMMARIZE lonely);
-- compare: by input order
FROM (SUMMARIZE orders);
FROM (SUMMARIZE SELECT * EXCLUDE (score) FROM users);
FROM (SUMMARIZE sales) SELECT column_name, min, max, q25, q50, q75, approx_unique;
-- compare: by input order
FROM (SUMMARIZE SELECT amount, placed FROM orders WHERE user_id > 0);
FROM (SUMMARIZE SELECT product, sum(units) AS u FROM sales GROUP BY product ORDER BY product);
FROM (SUMMARIZE PIVOT sales ON year USING sum(units) GROUP BY region);
FROM (SUMMARIZE 'lake/*.parquet');
WITH c AS (FROM sales WHERE year = 2022) FROM (SUMMARIZE c) SELECT column_name, min, max, count;
(SUMMARIZE lonely);
SELECT column_name, null_percentage > 0 AS has_null FROM (SUMMARIZE people) WHERE column_type <> 'VARCHAR' ORDER BY column_name;
SELECT s.column_name, d.column_type FROM (SUMMARIZE people) s JOIN (DESCRIBE people) d ON s.column_name = d.column_name ORDER BY ALL;
