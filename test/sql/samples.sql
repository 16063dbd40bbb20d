-- compare: 5 rows of SELECT id FROM people
SELECT id FROM people USING SAMPLE 5;
-- compare: 5 rows of SELECT id FROM people
SELECT id FROM people USING SAMPLE 5 ROWS;
-- compare: 14 rows of SELECT id FROM people
SELECT id FROM people USING SAMPLE 100;
-- compare: 0 rows of SELECT id FROM people
SELECT id FROM people USING SAMPLE 0 ROWS;
-- compare: 100 rows of SELECT oid, status FROM orders
SELECT oid, status FROM orders USING SAMPLE reservoir(100 ROWS);
-- compare: 3 to 60 rows of SELECT oid FROM orders WHERE status = 'paid'
SELECT oid FROM orders WHERE status = 'paid' USING SAMPLE 100 ROWS;
-- compare: 100 rows of SELECT oid FROM orders
SELECT oid FROM orders USING SAMPLE reservoir(100 ROWS) REPEATABLE (42);
-- compare: 200 to 400 rows of SELECT oid FROM orders
SELECT oid FROM orders USING SAMPLE 10 PERCENT (bernoulli);
-- compare: 1300 to 1700 rows of SELECT oid FROM orders
SELECT oid FROM orders USING SAMPLE bernoulli(50%);
-- compare: 0 to 3000 rows of SELECT oid FROM orders
SELECT oid FROM orders USING SAMPLE 20%;
-- compare: 0 to 3000 rows of SELECT oid FROM orders
SELECT oid FROM orders USING SAMPLE system(50%);
-- compare: 3000 rows of SELECT oid FROM orders
SELECT oid FROM orders USING SAMPLE 100%;
-- compare: 0 rows of SELECT oid FROM orders
SELECT oid FROM orders USING SAMPLE 0% (bernoulli);
-- compare: 200 to 400 rows of SELECT oid FROM orders
SELECT oid FROM orders TABLESAMPLE bernoulli(10%);
-- compare: 200 to 400 rows of SELECT oid FROM orders
SELECT oid FROM orders TABLESAMPLE 10 PERCENT (bernoulli, 7);
-- compare: 30 rows of SELECT o.oid, o.user_id FROM orders o
SELECT o.oid, o.user_id FROM orders o TABLESAMPLE reservoir(30 ROWS);
-- compare: 4 rows of SELECT * FROM people p, depts d
SELECT * FROM people p TABLESAMPLE reservoir(2 ROWS), depts d TABLESAMPLE reservoir(2 ROWS);
-- compare: 3 rows of SELECT id FROM people WHERE id > 3
SELECT id FROM (SELECT id FROM people WHERE id > 3) TABLESAMPLE reservoir(3 ROWS);
-- compare: 10 to 60 rows of SELECT i FROM range(100) t(i)
SELECT i FROM range(100) t(i) TABLESAMPLE bernoulli(33%);
SELECT count(*) AS n FROM people USING SAMPLE 1 ROWS;
SELECT count(*) FROM (SELECT * FROM orders USING SAMPLE 77);
SELECT count(*) FROM (FROM orders TABLESAMPLE reservoir(50 ROWS)) a, (FROM orders TABLESAMPLE reservoir(2 ROWS)) b;
WITH s AS MATERIALIZED (SELECT oid FROM orders USING SAMPLE 20) SELECT count(*) FROM s a JOIN s b USING (oid);
SELECT count(*) <= 3000 AS fits, coalesce(min(oid), 0) >= 0 AS real FROM orders TABLESAMPLE 40% WHERE oid >= 0;
