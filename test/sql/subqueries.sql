-- scalar
SELECT (SELECT 1) AS one, (SELECT max(id) FROM people) AS m;
SELECT id, (SELECT title FROM depts d WHERE d.id = p.dept) AS title FROM people p ORDER BY id;
SELECT id FROM people WHERE salary = (SELECT max(salary) FROM people);
SELECT id FROM people WHERE salary > (SELECT avg(salary) FROM people) ORDER BY id;
SELECT id FROM people p WHERE salary > (SELECT avg(salary) FROM people q WHERE q.dept = p.dept) ORDER BY id;
SELECT id, salary / (SELECT sum(salary) FROM people) AS share FROM people ORDER BY id;
SELECT id, (SELECT count(*) FROM people q WHERE q.boss = p.id) AS n FROM people p ORDER BY id;
SELECT (SELECT count(*) FROM nothing), (SELECT sum(id) FROM nothing), (SELECT id FROM nothing);
SELECT dept, (SELECT d.city FROM depts d WHERE d.id = people.dept) AS city, count(*) FROM people GROUP BY dept ORDER BY dept;
SELECT sum((SELECT max(floor) FROM depts d WHERE d.id = p.dept)) FROM people p;
SELECT (SELECT sum(units) FROM sales WHERE rep = p.id) - (SELECT count(*) FROM people q WHERE q.dept = p.dept) AS x FROM people p ORDER BY id;
SELECT id FROM people ORDER BY (SELECT floor FROM depts d WHERE d.id = people.dept) NULLS FIRST, id;
SELECT dept, max(salary) FROM people GROUP BY dept HAVING max(salary) >= (SELECT avg(salary) FROM people) ORDER BY dept;
SELECT dept FROM people p GROUP BY dept HAVING count(*) > (SELECT count(*) FROM depts d WHERE d.id < p.dept) ORDER BY dept;
SELECT CASE WHEN (SELECT count(*) FROM people) > 10 THEN 'many' ELSE 'few' END AS x;
SELECT (SELECT name FROM people ORDER BY salary DESC NULLS LAST, id LIMIT 1 OFFSET 1) AS second;
SELECT (SELECT {'a': min(id), 'b': max(id)} FROM people).b AS b;
SELECT (SELECT (SELECT (SELECT p.id))) AS x FROM people p WHERE id < 3 ORDER BY x;
SELECT [(SELECT min(id) FROM people), (SELECT max(id) FROM people)] AS l;
SELECT coalesce((SELECT id FROM people WHERE id = 1000), -1) AS none;
SELECT id FROM people WHERE hired = (SELECT min(hired) FROM people WHERE dept = 20) ORDER BY id;
SELECT (SELECT list(name ORDER BY id) FROM people q WHERE q.dept = d.id) AS names FROM depts d ORDER BY d.id;
SELECT (SELECT string_agg(grade, '' ORDER BY q.id) FROM people q WHERE q.boss = p.id) AS g FROM people p ORDER BY p.id;
SELECT d.id, (SELECT p.name FROM people p WHERE p.dept = d.id ORDER BY p.salary DESC NULLS LAST, p.id LIMIT 1) AS top FROM depts d ORDER BY d.id;
SELECT d.id, (SELECT sum(s) FROM (SELECT salary AS s FROM people p WHERE p.dept = d.id ORDER BY salary DESC NULLS LAST LIMIT 2)) AS top2 FROM depts d ORDER BY d.id;
SELECT p.id, (SELECT d.title FROM depts d JOIN lonely l ON d.id < l.x WHERE d.id = p.dept) FROM people p ORDER BY p.id;
SELECT id, (SELECT max(x) FROM (VALUES (p.id), (p.dept)) v(x)) FROM people p ORDER BY id;
SELECT p.id, (SELECT count(DISTINCT q.grade) FROM people q WHERE q.dept IS NOT DISTINCT FROM p.dept) FROM people p ORDER BY p.id;

-- EXISTS
SELECT title FROM depts d WHERE EXISTS (SELECT 1 FROM people p WHERE p.dept = d.id) ORDER BY title;
SELECT title FROM depts d WHERE NOT EXISTS (SELECT * FROM people p WHERE p.dept = d.id) ORDER BY title;
SELECT EXISTS (SELECT * FROM people), EXISTS (FROM nothing), NOT EXISTS (SELECT NULL);
SELECT id, EXISTS (SELECT 1 FROM people q WHERE q.boss = p.id) AS leads FROM people p ORDER BY id;
SELECT id FROM people p WHERE EXISTS (SELECT 1 FROM people q WHERE q.boss = p.id AND q.salary < p.salary / 2) ORDER BY id;
SELECT id FROM people p WHERE EXISTS (SELECT 1 FROM people q WHERE q.dept = p.dept AND q.id <> p.id AND q.salary = p.salary) ORDER BY id;
SELECT id FROM people p WHERE EXISTS (SELECT 1 FROM depts d WHERE d.id > p.dept) OR id = 9 ORDER BY id;
SELECT id FROM people WHERE EXISTS (SELECT 1 FROM nothing) OR dept = 30 ORDER BY id;
SELECT d.id FROM depts d WHERE EXISTS (SELECT 1 FROM people p WHERE p.dept = d.id AND EXISTS (SELECT 1 FROM people q WHERE q.boss = p.id)) ORDER BY d.id;
SELECT count(*) FROM people p WHERE EXISTS (SELECT count(*) FROM people q WHERE q.boss = p.id);
SELECT id FROM people p WHERE EXISTS (SELECT dept FROM people q WHERE q.boss = p.id GROUP BY dept HAVING count(*) > 1) ORDER BY id;
SELECT id FROM people p WHERE NOT EXISTS (SELECT 1 FROM people q WHERE q.salary > p.salary) ORDER BY id;
SELECT dept, count(*) FILTER (WHERE EXISTS (SELECT 1 FROM people q WHERE q.boss = p.id)) FROM people p GROUP BY dept ORDER BY dept;

-- IN
SELECT id FROM people WHERE dept IN (SELECT id FROM depts WHERE city = 'Oslo') ORDER BY id;
SELECT id FROM people WHERE dept NOT IN (SELECT id FROM depts WHERE id IS NOT NULL) ORDER BY id;
SELECT id FROM people WHERE id IN (SELECT boss FROM people) ORDER BY id;
SELECT id, dept IN (SELECT id FROM depts) AS known FROM people ORDER BY id;
SELECT id, id NOT IN (SELECT boss FROM people) AS x, id NOT IN (SELECT boss FROM people WHERE boss IS NOT NULL) AS y FROM people ORDER BY id;
SELECT id FROM people WHERE (dept, grade) IN (SELECT dept, grade FROM people WHERE id < 5) ORDER BY id;
SELECT id FROM people p WHERE name IN (SELECT name FROM people q WHERE q.id <> p.id) ORDER BY id;
SELECT id FROM people p WHERE salary IN (SELECT salary FROM people q WHERE q.dept = p.dept AND q.id < p.id) ORDER BY id;
SELECT id FROM people WHERE id IN (SELECT 1 UNION SELECT 2) OR dept IN (SELECT 99) ORDER BY id;
SELECT id FROM people WHERE 20 IN (SELECT dept FROM people q WHERE q.boss = people.id) ORDER BY id;
SELECT count(*) FROM orders WHERE user_id IN (SELECT id FROM users WHERE active);
SELECT count(*) FROM orders WHERE user_id NOT IN (SELECT user_id FROM events);
SELECT count(*) FROM users WHERE id IN (SELECT user_key FROM prices);
SELECT id FROM keys WHERE i IN (SELECT b FROM keys) ORDER BY id;
SELECT id FROM keys WHERE d IN (SELECT n FROM keys) ORDER BY id;
SELECT id FROM people WHERE id IN (SELECT id FROM nothing) OR id NOT IN (SELECT id FROM nothing) ORDER BY id;
SELECT id IN (SELECT id FROM people WHERE dept = 10) AS x, count(*) FROM people GROUP BY x ORDER BY x;
SELECT 1 IN (SELECT NULL), NULL IN (SELECT 1), NULL IN (SELECT id FROM nothing), 1 NOT IN (SELECT NULL);
SELECT id FROM people WHERE id IN (SELECT max(id) FROM people GROUP BY dept) ORDER BY id;
SELECT id FROM people WHERE id IN (SELECT id FROM people ORDER BY salary DESC NULLS LAST, id LIMIT 3) ORDER BY id;
SELECT sum(CASE WHEN dept IN (SELECT id FROM depts) THEN 1 ELSE 0 END) FROM people;

-- ANY, ALL, SOME
SELECT id FROM people WHERE salary > ALL (SELECT salary FROM people WHERE dept = 20 AND salary IS NOT NULL) ORDER BY id;
SELECT id FROM people WHERE salary > ANY (SELECT salary FROM people WHERE dept = 10) ORDER BY id;
SELECT id FROM people WHERE dept = ANY (SELECT id FROM depts WHERE floor < 2) ORDER BY id;
SELECT id FROM people WHERE dept <> ALL (SELECT id FROM depts WHERE id > 10) ORDER BY id;
SELECT id FROM people WHERE salary <= SOME (SELECT salary FROM people q WHERE q.boss = people.id) ORDER BY id;
SELECT id FROM people p WHERE salary >= ALL (SELECT salary FROM people q WHERE q.dept = p.dept) ORDER BY id;
SELECT 1 > ALL (SELECT id FROM nothing) AS t, 1 > ANY (SELECT id FROM nothing) AS f, 1 > ALL (SELECT NULL::INTEGER) AS n;
SELECT id, id = ANY (SELECT boss FROM people) AS a, id <> ALL (SELECT boss FROM people) AS b FROM people ORDER BY id;
SELECT 2 = ANY ([1, 2]), 3 > ALL ([1, 2]), 3 <> ALL ([1, NULL]), 2 < ANY (SELECT unnest([1, 2, 3]));
SELECT id FROM nested WHERE 7 = ANY (nums) ORDER BY id;
SELECT id FROM nested WHERE 'b' = ANY (words) AND 2 <> ALL (nums) ORDER BY id;

-- rows
SELECT id FROM people WHERE (dept, grade) = (20, 'C') ORDER BY id;
SELECT id FROM people WHERE (dept, id) > (20, 4) ORDER BY id;
SELECT id FROM people WHERE (grade, dept) IN (('A', 10), ('C', 20)) ORDER BY id;
SELECT (1, 2) = (1, 2), (1, NULL) = (1, 2), (1, 2) < (1, 3), (1, 2) <> (2, 1), (1, 'a') IS DISTINCT FROM (1, NULL);
SELECT id FROM people WHERE ROW(dept, grade) = (SELECT (dept, grade) FROM people WHERE id = 4) ORDER BY id;
SELECT id FROM people WHERE (dept, salary) = ANY (SELECT (dept, max(salary)) FROM people GROUP BY dept) ORDER BY id;

-- ARRAY
SELECT ARRAY (SELECT id FROM depts ORDER BY id NULLS LAST) AS a;
SELECT d.id, ARRAY (SELECT p.id FROM people p WHERE p.dept = d.id ORDER BY p.id DESC) AS a FROM depts d ORDER BY d.id;
SELECT len(ARRAY (SELECT id FROM nothing)), ARRAY (SELECT title FROM depts WHERE id = 10)[1];

-- deep correlation
SELECT d.id, (SELECT count(*) FROM people p WHERE p.dept = d.id AND EXISTS (SELECT 1 FROM people q WHERE q.boss = p.id AND q.dept = d.id)) AS n FROM depts d ORDER BY d.id;
SELECT d.id, (SELECT max((SELECT count(*) FROM people q WHERE q.boss = p.id AND q.dept <> d.id)) FROM people p WHERE p.dept = d.id) AS n FROM depts d ORDER BY d.id;
SELECT p.id FROM people p WHERE p.salary > (SELECT avg(q.salary) FROM people q WHERE q.dept = p.dept AND q.hired > (SELECT min(r.hired) FROM people r WHERE r.dept = p.dept AND r.grade = q.grade)) ORDER BY p.id;
SELECT p.id, (SELECT sum(x) FROM (SELECT q.salary + p.id AS x FROM people q WHERE q.boss = p.id) t WHERE t.x > p.salary / 10) FROM people p ORDER BY p.id;
SELECT p.id, (SELECT count(*) FROM (SELECT q.id FROM people q WHERE q.dept = p.dept UNION SELECT d.id FROM depts d WHERE d.id > p.dept)) FROM people p ORDER BY p.id;
SELECT p.id FROM people p WHERE (SELECT rank FROM (SELECT q.id, rank() OVER (ORDER BY q.salary DESC NULLS LAST) AS rank FROM people q WHERE q.dept = p.dept) WHERE id = p.id) = 1 ORDER BY p.id;
SELECT p.id, t.n FROM people p, LATERAL (SELECT count(*) AS n FROM people q WHERE q.boss = p.id AND q.salary < (SELECT max(salary) FROM people r WHERE r.dept = p.dept)) t ORDER BY p.id;
SELECT p.id, (SELECT sum(s.units) FROM sales s WHERE s.rep = p.id AND s.amount > (SELECT avg(amount) FROM sales t WHERE t.region = s.region AND t.rep = p.id)) FROM people p ORDER BY p.id;

-- in every clause
SELECT p.id FROM people p JOIN depts d ON p.dept = d.id AND p.salary > (SELECT avg(salary) FROM people) ORDER BY p.id;
SELECT p.id FROM people p LEFT JOIN depts d ON d.id = (SELECT max(id) FROM depts WHERE id <= p.dept) WHERE d.city = 'Bern' ORDER BY p.id;
SELECT count(*) FROM (SELECT 1 FROM people LIMIT (SELECT count(*) FROM depts));
SELECT (SELECT min(id) FROM people) AS k, count(*) FROM people GROUP BY (SELECT min(id) FROM people);
SELECT sum(salary) OVER (PARTITION BY (SELECT city FROM depts d WHERE d.id = people.dept)) AS s FROM people ORDER BY s, id;
SELECT id FROM people QUALIFY row_number() OVER (ORDER BY id) = (SELECT count(*) FROM depts);
SELECT id BETWEEN (SELECT 2) AND (SELECT 4) AS b, count(*) FROM people GROUP BY ALL ORDER BY ALL;
SELECT i FROM range((SELECT count(*) FROM depts)) t(i) WHERE i > 3;
SELECT (SELECT sum(p.id + q.id) FROM people q WHERE q.dept = p.dept) AS s, p.id FROM people p WHERE p.id BETWEEN 1 AND 4 ORDER BY p.id;
SELECT (SELECT sum(p.salary)) AS s FROM people p;
SELECT dept, (SELECT max(title) FROM depts WHERE id = sum(p.id)) AS t FROM people p GROUP BY dept ORDER BY dept;

-- a quote in a text begins no name: the columns after it are read, too
SELECT id, (SELECT '"' || max(name) || '"' FROM people q WHERE q.dept = p.dept) AS n FROM people p ORDER BY id;
SELECT id, (SELECT '"' || max(title) FROM depts d WHERE d.id = p.dept /* " */) AS n FROM people p ORDER BY id;
