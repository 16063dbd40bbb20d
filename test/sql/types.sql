-- every type through an exchange: grouped, joined, ordered
SELECT * FROM kinds ORDER BY id;
SELECT tiny, small, big, count(*) FROM kinds GROUP BY ALL ORDER BY ALL;
SELECT usmall, uint, ubig, count(*) FROM kinds GROUP BY ALL ORDER BY ALL;
SELECT flt, dbl, count(*) FROM kinds GROUP BY ALL ORDER BY ALL;
SELECT dec4, dec18, dec38, count(*) FROM kinds GROUP BY ALL ORDER BY ALL;
SELECT txt, blb, flag, count(*) FROM kinds GROUP BY ALL ORDER BY ALL;
SELECT dt, tm, ts, tns, count(*) FROM kinds GROUP BY ALL ORDER BY ALL;
SELECT a.id, b.* FROM kinds a JOIN kinds b ON a.id = b.id ORDER BY a.id;
SELECT a.id, b.big, b.ubig, b.dec38, b.uid, b.blb, b.iv FROM kinds a LEFT JOIN kinds b ON a.id = b.id + 1 ORDER BY a.id;
SELECT DISTINCT * FROM kinds ORDER BY id;
SELECT * FROM nested ORDER BY id;
SELECT a.id, b.* EXCLUDE (id) FROM nested a JOIN nested b ON a.id = b.id ORDER BY a.id;
SELECT typeof(COLUMNS(*)) FROM kinds WHERE id = 1;
SELECT typeof(COLUMNS(*)) FROM nested WHERE id = 1;
SELECT big::HUGEINT * 1000000000000000000 AS h, count(*) FROM kinds GROUP BY h ORDER BY h;
SELECT ubig::UHUGEINT * 2 AS h, count(*) FROM kinds GROUP BY h ORDER BY h;
SELECT (-170141183460469231731687303715884105727)::HUGEINT AS h, 340282366920938463463374607431768211455::UHUGEINT AS u;
SELECT '101'::BIT AS b, count(*) FROM kinds GROUP BY b;
SELECT ts::TIMESTAMP_S AS s, ts::TIMESTAMP_MS AS ms, count(*) FROM kinds GROUP BY ALL ORDER BY ALL;
SELECT '10:00:00+02'::TIMETZ AS t, count(*) FROM kinds GROUP BY t;
SELECT NULL AS n, count(*) FROM kinds GROUP BY n;
SELECT a.n FROM (SELECT NULL AS n FROM kinds) a ORDER BY 1;
SELECT id::VARCHAR::ENUM('1', '2', '3', '4', '5', '6') AS e, count(*) FROM kinds GROUP BY e ORDER BY e;
SELECT iv, uid, count(*) FROM kinds GROUP BY iv, uid ORDER BY ALL;
SELECT 1.5::DECIMAL(38, 37) AS wide, 99999999999999999999999999999999999999::DECIMAL(38, 0) AS long;
SELECT {'d': dt, 'l': [big, NULL], 'u': uid} AS s, count(*) FROM kinds GROUP BY s ORDER BY s;
SELECT [ts, NULL] AS l, MAP {id: blb} AS m FROM kinds ORDER BY id;
SELECT union_value(n := id) AS u, count(*) FROM kinds GROUP BY u ORDER BY u;
SELECT big::VARCHAR::DECIMAL(38, 2) AS d FROM kinds ORDER BY d;

-- what a type becomes in an expression
SELECT typeof(tiny + 1), typeof(tiny + small), typeof(big + 1), typeof(utiny + 1), typeof(ubig + tiny), typeof(flt + 1), typeof(flt + dbl), typeof(dec4 + 1), typeof(dec4 + dec18), typeof(dec38 + 1), typeof(dec18 * dec18) FROM kinds WHERE id = 6;
SELECT typeof(dt + 1), typeof(dt - dt), typeof(dt + iv), typeof(ts - ts), typeof(ts + iv), typeof(tm + iv), typeof(iv * 2), typeof(tstz - tstz), typeof(dt + tm) FROM kinds WHERE id = 6;
SELECT typeof(coalesce(tiny, 1.5)), typeof(coalesce(dt, ts)), typeof(CASE WHEN flag THEN 1 ELSE big END), typeof([tiny, big]), typeof({'a': utiny}), typeof(greatest(dec4, 1)), typeof(nullif(id, 1)) FROM kinds WHERE id = 6;
SELECT typeof(sum(id)), typeof(avg(id)), typeof(min(dt)), typeof(list(id)), typeof(count(*)), typeof(sum(dec38)), typeof(median(id)), typeof(quantile_disc(id, 0.5)) FROM kinds WHERE id > 3;
SELECT typeof(x) FROM (SELECT 1 AS x UNION ALL SELECT 2.5) ORDER BY x;
SELECT typeof(v) FROM (VALUES (1::TINYINT), (1000)) t(v);

-- larger tables: types through exchanges
SELECT small::VARCHAR AS v, amount::DOUBLE AS d, count(*) FROM orders WHERE small BETWEEN -3 AND 3 GROUP BY ALL ORDER BY ALL;
SELECT sum(small::HUGEINT * 1000000000000000000000) FROM orders;
SELECT uuid_col, count(*) FROM (SELECT ('00000000-0000-0000-0000-00000000000' || (oid % 5))::UUID AS uuid_col FROM orders) GROUP BY uuid_col ORDER BY 1;
SELECT iv, count(*) FROM (SELECT to_days((oid % 4)::INTEGER) AS iv FROM orders) GROUP BY iv ORDER BY iv;
SELECT l, count(*) FROM (SELECT [small % 2, NULL] AS l FROM orders) GROUP BY l ORDER BY l;
SELECT st, count(*) FROM (SELECT {'a': small % 2, 'b': status} AS st FROM orders) GROUP BY st ORDER BY st;
SELECT t, count(*) FROM (SELECT placed::TIME AS t, placed::DATE AS d FROM orders WHERE oid < 50) GROUP BY t ORDER BY t;
SELECT b, count(*) FROM (SELECT (oid % 2 = 0) AS b, status::BLOB AS bl FROM orders) GROUP BY b, bl ORDER BY b, count(*);
SELECT e, count(*) FROM (SELECT status::ENUM('new', 'paid', 'sent', '') AS e FROM orders) GROUP BY e ORDER BY e;
