-- inner
SELECT p.name, d.title FROM people p JOIN depts d ON p.dept = d.id ORDER BY p.id;
SELECT p.name, d.title FROM people p INNER JOIN depts d ON d.id = p.dept AND d.floor > 0 ORDER BY p.id;
SELECT p.name, b.name AS boss FROM people p JOIN people b ON p.boss = b.id ORDER BY p.id;
SELECT p.id, q.id FROM people p JOIN people q ON p.salary = q.salary AND p.id < q.id ORDER BY ALL;
SELECT a.id, b.id FROM people a JOIN people b ON a.hired < b.hired AND a.salary > b.salary AND a.dept = b.dept ORDER BY ALL;
SELECT count(*) FROM people a JOIN people b ON a.salary BETWEEN b.salary - 1000 AND b.salary;
SELECT a.id, b.id FROM people a JOIN people b ON a.dept = b.dept OR a.grade = b.grade WHERE a.id < 3 ORDER BY ALL;
SELECT count(*) FROM people a JOIN depts b ON a.dept <> b.id;
SELECT count(*) FROM people a JOIN depts b ON true;
SELECT count(*) FROM people a JOIN depts b ON false;
SELECT count(*) FROM people a JOIN depts b ON NULL;
SELECT w.id, v.id FROM words w JOIN words v ON v.w LIKE w.w || '%' WHERE w.w <> '' ORDER BY ALL;
SELECT w.id, v.id FROM words w JOIN words v ON lower(w.w) = lower(v.w) AND w.id < v.id ORDER BY ALL;
SELECT a.id, b.id FROM nested a JOIN nested b ON a.pt = b.pt ORDER BY ALL;
SELECT a.id, b.id FROM nested a JOIN nested b ON a.nums = b.nums AND a.m IS NOT DISTINCT FROM b.m ORDER BY ALL;
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.uid = b.uid AND a.id <= b.id ORDER BY ALL;
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.blb = b.blb AND a.id < b.id ORDER BY ALL;
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.tm = b.tm AND a.dbl <> b.dbl ORDER BY ALL;
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.tiny = b.big ORDER BY ALL;
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.utiny = b.ubig ORDER BY ALL;
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.dec4 = b.dec18 ORDER BY ALL;
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.dt = b.ts ORDER BY ALL;
SELECT a.id, b.id FROM kinds a JOIN kinds b ON a.flt = b.dbl ORDER BY ALL;
SELECT p.id, o.oid FROM people p JOIN orders o ON p.id = o.user_id AND o.oid < 60 ORDER BY ALL;

-- outer
SELECT p.id, d.title FROM people p LEFT JOIN depts d ON p.dept = d.id ORDER BY p.id;
SELECT p.id, d.title FROM people p RIGHT JOIN depts d ON p.dept = d.id ORDER BY d.id, p.id;
SELECT p.id, d.title FROM people p FULL JOIN depts d ON p.dept = d.id ORDER BY d.id, p.id;
SELECT p.id, d.title FROM people p LEFT OUTER JOIN depts d ON p.dept = d.id AND d.city = 'Oslo' ORDER BY p.id;
SELECT p.id, d.title FROM people p LEFT JOIN depts d ON p.dept = d.id AND p.salary > 4000 ORDER BY p.id;
SELECT p.id, d.id FROM people p RIGHT JOIN depts d ON p.dept = d.id AND p.salary > 6000 ORDER BY d.id, p.id;
SELECT p.id, d.id FROM people p FULL OUTER JOIN depts d ON p.dept = d.id AND p.salary > 6000 AND d.floor < 2 ORDER BY d.id, p.id;
SELECT p.id, d.title FROM people p LEFT JOIN depts d ON p.dept > d.id AND d.floor > 0 ORDER BY ALL;
SELECT count(*), count(d.id) FROM people p LEFT JOIN depts d ON p.salary / 100 < d.id;
SELECT count(*), count(p.id), count(d.id) FROM people p FULL JOIN depts d ON p.dept > d.id + 20;
SELECT p.id, b.id, c.id FROM people p LEFT JOIN people b ON p.boss = b.id LEFT JOIN people c ON b.boss = c.id ORDER BY p.id;
SELECT p.id, d.title, q.id FROM people p LEFT JOIN depts d ON p.dept = d.id JOIN people q ON q.dept = d.id AND q.id = p.id ORDER BY p.id;
SELECT d.title, count(p.id), sum(p.salary) FROM depts d LEFT JOIN people p ON p.dept = d.id GROUP BY d.title ORDER BY d.title;
SELECT count(*), count(b.user_id) FROM orders a LEFT JOIN orders b ON a.oid = b.user_id;
SELECT a.i, b.i FROM keys a FULL JOIN keys b ON a.i = b.i + 1 ORDER BY ALL;
SELECT d.id, n.id FROM depts d LEFT JOIN nothing n ON true ORDER BY d.id;
SELECT d.id, l.x FROM depts d LEFT JOIN lonely l ON d.floor > l.x ORDER BY d.id;

-- semi, anti
SELECT d.title FROM depts d SEMI JOIN people p ON p.dept = d.id ORDER BY d.title;
SELECT d.title FROM depts d ANTI JOIN people p ON p.dept = d.id ORDER BY d.title;
SELECT d.title FROM depts d SEMI JOIN people p ON p.dept = d.id AND p.salary > 8000 ORDER BY d.title;
SELECT id FROM people p ANTI JOIN people q ON p.id = q.boss ORDER BY id;
SELECT d.id FROM depts d SEMI JOIN people p ON p.dept > d.id ORDER BY d.id;
SELECT count(*) FROM orders ANTI JOIN users ON users.id = orders.user_id;
SELECT id FROM depts SEMI JOIN (SELECT dept AS id FROM people) p USING (id) ORDER BY id;
SELECT id FROM depts ANTI JOIN (SELECT dept AS id FROM people) p USING (id) ORDER BY id;

-- cross, using, natural
SELECT d.id, l.y FROM depts d CROSS JOIN lonely l ORDER BY d.id;
SELECT a.id, b.x, c.i FROM depts a, lonely b, (VALUES (1), (2)) c(i) WHERE a.id = 10;
SELECT sensor, r.val, m.mark FROM readings r JOIN marks m USING (sensor) WHERE r.id < 6 ORDER BY ALL;
SELECT sensor, count(*) FROM readings FULL JOIN marks USING (sensor) GROUP BY sensor ORDER BY sensor;
SELECT * FROM readings JOIN marks USING (sensor, seen) ORDER BY ALL;
SELECT r.sensor, m.sensor, sensor FROM readings r RIGHT JOIN marks m USING (sensor, seen) ORDER BY ALL;
SELECT * FROM depts NATURAL JOIN (VALUES (10::BIGINT, 'Sales', 1), (20, 'None', 2)) v(id, title, rank) ORDER BY ALL;
SELECT * FROM (SELECT id, title FROM depts) a NATURAL LEFT JOIN (SELECT dept AS id, name FROM people WHERE salary > 5000) b ORDER BY ALL;
SELECT * FROM (SELECT id FROM depts) a NATURAL FULL JOIN (SELECT dept AS id, max(name) AS n FROM people GROUP BY dept) b ORDER BY ALL;
SELECT id, a.v, b.v, c.v FROM (VALUES (1, 'a'), (2, 'b')) a(id, v) JOIN (VALUES (1, 'c'), (2, 'd')) b(id, v) USING (id) LEFT JOIN (VALUES (2, 'e')) c(id, v) USING (id) ORDER BY id;
SELECT * FROM users u JOIN prices p ON u.id = p.user_key JOIN events e ON e.seq = u.id + 1 WHERE u.id < 3 ORDER BY u.id;

-- ASOF
SELECT r.id, m.mark FROM readings r ASOF JOIN marks m ON r.sensor = m.sensor AND r.seen >= m.seen ORDER BY r.id;
SELECT r.id, m.mark FROM readings r ASOF LEFT JOIN marks m ON r.sensor = m.sensor AND r.seen >= m.seen ORDER BY r.id;
SELECT r.id, m.mark FROM readings r ASOF JOIN marks m ON r.sensor = m.sensor AND r.seen > m.seen ORDER BY r.id;
SELECT r.id, m.mark FROM readings r ASOF JOIN marks m ON r.sensor = m.sensor AND r.seen <= m.seen ORDER BY r.id;
SELECT r.id, m.mark FROM readings r ASOF LEFT JOIN marks m ON r.sensor = m.sensor AND r.seen < m.seen ORDER BY r.id;
SELECT sensor, seen, r.id, m.mark FROM readings r ASOF JOIN marks m USING (sensor, seen) ORDER BY r.id;
SELECT m.mark, r.id FROM marks m ASOF LEFT JOIN (SELECT min(id) AS id, seen FROM readings GROUP BY seen) r ON m.seen >= r.seen ORDER BY ALL;
SELECT r.id, m.mark FROM readings r ASOF JOIN (SELECT * FROM marks WHERE sensor = 1) m ON r.seen >= m.seen WHERE r.sensor = 1 ORDER BY r.id;
SELECT m.mark, count(r.id) FROM readings r ASOF RIGHT JOIN marks m ON r.sensor = m.sensor AND r.seen >= m.seen GROUP BY m.mark ORDER BY m.mark;
SELECT p.id, q.id FROM (SELECT * FROM people WHERE id < 5) p ASOF JOIN (VALUES (100, 0), (200, 3000), (300, 5200.5)) q(id, least) ON p.salary >= q.least ORDER BY p.id;

-- ASOF with several rows as near: which one is theirs who read them, that it is one of the nearest is not
SELECT r.id, q.seen FROM readings r ASOF JOIN readings q ON r.sensor = q.sensor AND r.seen > q.seen ORDER BY r.id;
SELECT e.seq, o.oid IS NULL, o.day FROM events e ASOF LEFT JOIN (SELECT *, oid % 7 AS day FROM orders) o ON e.user_id = o.user_id AND e.seq % 9 >= o.day ORDER BY e.seq;
SELECT count(*) FROM (SELECT r.id, r.sensor, r.seen, q.seen AS found FROM readings r ASOF JOIN readings q ON r.sensor = q.sensor AND r.seen <= q.seen) t WHERE found = (SELECT min(q.seen) FROM readings q WHERE q.sensor = t.sensor AND q.seen >= t.seen);
SELECT e.seq, o.kind FROM events e ASOF JOIN events o ON e.label = o.label AND e.kind < o.kind ORDER BY e.seq;

-- POSITIONAL
-- compare: by input order
SELECT * FROM depts POSITIONAL JOIN marks;
SELECT a, b FROM (VALUES (1), (2), (3)) x(a) POSITIONAL JOIN (VALUES ('u'), ('v')) y(b);
SELECT a.id, b.title FROM (SELECT id FROM people ORDER BY id) a POSITIONAL JOIN (SELECT title FROM depts ORDER BY title) b ORDER BY a.id;

-- many and mixed
SELECT count(*) FROM sales s JOIN people p ON s.rep = p.id JOIN depts d ON p.dept = d.id WHERE d.city = 'Oslo';
SELECT d.title, s.year, sum(s.amount), count(*) FROM sales s JOIN people p ON s.rep = p.id LEFT JOIN depts d ON p.dept = d.id GROUP BY ALL ORDER BY ALL;
SELECT p.name, x.total FROM people p JOIN (SELECT rep, sum(amount) AS total FROM sales GROUP BY rep) x ON x.rep = p.id ORDER BY p.id;
SELECT a.region, a.total, b.total FROM (SELECT region, sum(amount) AS total FROM sales WHERE year = 2021 GROUP BY region) a FULL JOIN (SELECT region, sum(amount) AS total FROM sales WHERE year = 2022 AND units > 10 GROUP BY region) b ON a.region IS NOT DISTINCT FROM b.region ORDER BY ALL;
SELECT count(*) FROM people a, people b, people c WHERE a.id = b.boss AND b.id = c.boss;
SELECT count(*) FROM people a, people b, depts c WHERE a.dept = c.id AND b.dept = c.id AND a.salary < b.salary;
SELECT p.id, d.title FROM people p JOIN depts d ON p.dept = d.id JOIN lonely l ON l.x > d.id ORDER BY p.id;
SELECT p.id FROM people p JOIN depts d ON (p.dept, d.city) = (d.id, 'Oslo') ORDER BY p.id;
SELECT p.id, d.id FROM people p LEFT JOIN (depts d JOIN lonely l ON d.id < l.x) ON p.dept = d.id ORDER BY p.id;
SELECT p.id, d.id FROM people p JOIN depts d ON p.dept::VARCHAR = d.id::VARCHAR ORDER BY p.id;
SELECT p.id, s.id FROM people p JOIN sales s ON s.rep = p.id + 1 AND s.units = p.id ORDER BY ALL;
SELECT p.id, q.id FROM people p LEFT JOIN people q ON p.boss = q.id AND q.id IN (SELECT boss FROM people WHERE salary > 5000) ORDER BY ALL;
SELECT d.id, p.id FROM depts d LEFT JOIN people p ON p.dept = d.id AND p.salary = (SELECT max(salary) FROM people WHERE dept = 20) ORDER BY ALL;

-- larger tables: joins: mixed widths and scales, negative, NULL and NaN keys
SELECT u.id, o.oid FROM users u JOIN orders o ON u.id = o.user_id ORDER BY o.oid, u.id LIMIT 50;
SELECT count(*), sum(o.amount), count(u.name) FROM users u JOIN orders o ON u.id = o.user_id;
SELECT count(*), sum(o.oid) FROM users u LEFT JOIN orders o ON u.id = o.user_id;
SELECT count(*), sum(o.oid), count(u.id) FROM users u RIGHT JOIN orders o ON u.id = o.user_id;
SELECT count(*), sum(o.oid), count(u.id) FROM users u FULL JOIN orders o ON u.id = o.user_id;
SELECT u.id, p.user_key, p.factor FROM users u JOIN prices p ON u.id = p.user_key ORDER BY u.id;
SELECT count(*), sum(p.big) FROM orders o JOIN prices p ON o.user_id = p.user_key;
SELECT count(*), min(e.seq), max(p.factor) FROM events e LEFT JOIN prices p ON e.kind = p.user_key;
SELECT a.score, count(*) FROM users a JOIN users b ON a.score = b.score GROUP BY a.score ORDER BY 1;
SELECT a.id, b.id FROM users a JOIN users b ON a.id IS NOT DISTINCT FROM b.id WHERE a.id IS NULL OR a.id < -35 ORDER BY ALL;
SELECT u.name, avg(o.amount) FROM users u JOIN orders o ON u.id = o.user_id GROUP BY u.name ORDER BY u.name;
SELECT u.id, count(o.oid) FROM users u LEFT JOIN orders o ON u.id = o.user_id AND o.amount > 50 GROUP BY u.id ORDER BY u.id;
SELECT u.id FROM users u SEMI JOIN orders o ON u.id = o.user_id AND o.amount > 65 ORDER BY u.id;
SELECT u.id FROM users u ANTI JOIN orders o ON u.id = o.user_id ORDER BY u.id;
SELECT count(*) FROM users u, events e WHERE u.id = e.user_id AND e.label = 'e1' AND u.active;
SELECT count(*) FROM users u CROSS JOIN prices p WHERE u.id < p.user_key;
SELECT u.id, p.since FROM users u LEFT JOIN prices p ON u.id > p.user_key AND p.user_key > 50 WHERE u.id > 48 ORDER BY ALL;
SELECT count(*) FROM users u FULL JOIN prices p ON u.id > p.user_key + 10;
SELECT user_id, count(*) FROM orders JOIN events USING (user_id) GROUP BY user_id ORDER BY user_id;
SELECT user_id, count(*) FROM orders FULL JOIN events USING (user_id) GROUP BY user_id ORDER BY user_id;
SELECT user_id, oid, label FROM orders RIGHT JOIN events USING (user_id) WHERE label = 'e2' ORDER BY ALL LIMIT 30;
SELECT * FROM users NATURAL JOIN nothing;
SELECT count(*), count(n.id) FROM users u LEFT JOIN nothing n ON u.id = n.id;
SELECT count(*), count(n.id) FROM nothing n FULL JOIN users u ON u.id = n.id;
SELECT count(*) FROM users u JOIN orders o ON u.id = o.user_id JOIN events e ON e.user_id = u.id JOIN prices p ON p.user_key = e.kind;
SELECT o.status, e.label, count(*) AS n FROM orders o JOIN events e ON o.user_id = e.user_id AND o.small = e.kind GROUP BY ALL ORDER BY ALL;
SELECT u.name, o.status, sum(o.amount) FROM users u LEFT JOIN orders o ON o.user_id = u.id LEFT JOIN prices p ON p.user_key = u.id WHERE p.since IS NOT NULL GROUP BY ALL ORDER BY ALL;
SELECT count(*) FROM orders a JOIN orders b ON a.oid = b.user_id WHERE (a.status = b.status AND a.amount > 0) OR (a.status = b.status AND b.small < 0);
SELECT u.born, p.since FROM users u JOIN prices p ON u.born = p.since ORDER BY ALL;
SELECT count(*) FROM orders o JOIN prices p ON o.placed = p.since;
SELECT a.label, b.kind FROM (SELECT label, max(seq) AS m FROM events GROUP BY label) a JOIN events b ON a.m = b.seq ORDER BY 1;
