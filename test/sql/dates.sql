-- parts
SELECT extract(year FROM hired), extract('month' FROM hired), date_part('day', hired), year(hired), quarter(hired), weekofyear(hired), dayofweek(hired), isodow(hired), dayofyear(hired), yearweek(hired) FROM people ORDER BY id;
SELECT EXTRACT(hour FROM seen), extract(minute FROM seen), second(seen), millisecond(seen), microsecond(seen), extract(epoch FROM seen), epoch_ms(seen), epoch_us(seen), epoch_ns(seen) FROM readings WHERE id < 5 ORDER BY id;
SELECT century(DATE '2024-01-01'), decade(DATE '2024-01-01'), millennium(DATE '2024-01-01'), era(DATE '-0044-01-01'), isoyear(DATE '2024-12-30'), julian(DATE '2024-01-01'), week(DATE '2024-12-30'), weekday(DATE '2024-12-29');
SELECT date_part(['year', 'month', 'day'], DATE '2024-05-06') AS s, extract(dow FROM DATE '2024-05-06'), extract(isodow FROM DATE '2024-05-05'), datepart('quarter', DATE '2024-05-06');
SELECT monthname(hired) AS m, dayname(hired) AS d, count(*) FROM people GROUP BY ALL ORDER BY ALL;
SELECT last_day(DATE '2024-02-10'), day(last_day(hired)) FROM people WHERE id < 3 ORDER BY id;
SELECT extract(month FROM INTERVAL '14 months'), extract(day FROM INTERVAL '3 days'), extract(hour FROM TIME '10:20:30'), extract(second FROM TIME '10:20:30.5'), extract(epoch FROM INTERVAL 1 HOUR);

-- truncation, difference, buckets
SELECT date_trunc('month', hired), date_trunc('quarter', hired), date_trunc('week', hired), date_trunc('decade', hired) FROM people WHERE hired IS NOT NULL ORDER BY id;
SELECT date_trunc('hour', seen), date_trunc('minute', seen), datetrunc('day', seen) FROM readings WHERE id < 4 ORDER BY id;
SELECT date_diff('month', DATE '2024-01-31', DATE '2024-03-01'), datediff('day', DATE '2024-02-28', DATE '2024-03-01'), date_sub('month', DATE '2024-01-31', DATE '2024-03-01'), datesub('hour', TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02 00:30:00');
SELECT id, date_diff('year', hired, DATE '2024-06-01'), date_sub('year', hired, DATE '2024-06-01') FROM people ORDER BY id;
SELECT time_bucket(INTERVAL 30 MINUTE, seen) AS b, count(*) FROM readings GROUP BY b ORDER BY b;
SELECT time_bucket(INTERVAL 1 MONTH, hired) AS b, count(*) FROM people GROUP BY b ORDER BY b;
SELECT time_bucket(INTERVAL '7 days', DATE '2024-05-06', DATE '2024-01-01'), time_bucket(INTERVAL '1 hour', TIMESTAMP '2024-01-01 10:59:00', INTERVAL 15 MINUTE);
SELECT age(TIMESTAMP '2024-03-01', TIMESTAMP '2023-01-31'), age(DATE '2024-03-01', DATE '2024-02-28');

-- arithmetic
SELECT DATE '2024-01-31' + 1, DATE '2024-01-31' - 31, DATE '2024-03-01' - DATE '2024-02-01', DATE '2024-01-31' + INTERVAL 1 MONTH, DATE '2024-01-01' + TIME '10:00', TIMESTAMP '2024-01-01 10:00:00' - TIMESTAMP '2024-01-01 09:00:00';
SELECT hired + INTERVAL 1 YEAR, hired - 365, hired + dept, hired - DATE '2015-01-05' FROM people WHERE dept > 0 ORDER BY id;
SELECT INTERVAL 1 DAY * 3, INTERVAL 10 DAY / 4, INTERVAL 1 MONTH + INTERVAL 1 DAY, - INTERVAL 1 DAY, INTERVAL 1 DAY = INTERVAL 24 HOUR, INTERVAL 30 DAY = INTERVAL 1 MONTH, INTERVAL 1 DAY < INTERVAL 25 HOUR;
SELECT TIME '23:00' + INTERVAL 2 HOUR, TIME '10:00' - INTERVAL '10:30', date_add(DATE '2024-01-01', INTERVAL 1 WEEK), TIME '10:00' > TIME '09:00';
SELECT to_days(2), to_hours(3), to_minutes(4), to_seconds(5.5), to_milliseconds(6), to_microseconds(7), to_months(8), to_quarters(1), to_years(2), to_weeks(3), to_decades(1), to_centuries(1), to_millennia(1);
SELECT make_date(2024, 2, 29), make_date({'year': 2024, 'month': 1, 'day': 2}), make_date(19000), make_time(10, 20, 30.5), make_timestamp(2024, 1, 2, 3, 4, 5.6), make_timestamp(1000000), make_timestamp_ms(1000), make_timestamp_ns(5);
SELECT epoch(DATE '2024-01-01'), epoch_ms(1704067200000), epoch_ms(TIMESTAMP '2024-01-01'), epoch(INTERVAL 1 MINUTE), normalized_interval(INTERVAL '40 days');
SELECT greatest(DATE '2024-01-01', DATE '2023-01-01'), least(hired, DATE '2016-03-01'), isfinite(hired), isinf(hired) FROM people ORDER BY id;
SELECT unnest(generate_series(DATE '2024-01-31', DATE '2024-05-31', INTERVAL 1 MONTH)) AS d;
SELECT hired BETWEEN DATE '2016-01-01' AND TIMESTAMP '2018-12-31 12:00:00' AS b, count(*) FROM people GROUP BY b ORDER BY b;
SELECT DATE '2024-02-29' + INTERVAL '1' YEAR AS a, DATE '2024-02-29' - INTERVAL 1 YEAR AS b, TIMESTAMP '2024-03-31 10:00:00' - INTERVAL '1 month 1 day' AS c;

-- to and from text
SELECT strftime(hired, '%Y/%m/%d %a %j'), strftime('%d.%m.%y', hired) FROM people ORDER BY id;
SELECT strftime(seen, '%H:%M:%S.%f %p %I'), strftime(seen, '%-d %B %Y') FROM readings WHERE id < 4 ORDER BY id;
SELECT strptime('2024-05-06 07:08', '%Y-%m-%d %H:%M'), strptime('06/05/24', ['%Y-%m-%d', '%d/%m/%y']), try_strptime('nope', '%Y'), try_strptime('2024', '%Y');
SELECT '2024-1-2'::DATE, '2024-01-02T03:04:05'::TIMESTAMP, '2024-01-02 03:04:05.678901'::TIMESTAMP, '20:15'::TIME, '2024-01-02 03:04:05+00'::TIMESTAMP;
SELECT seen::VARCHAR, seen::DATE, seen::TIME, hired::TIMESTAMP FROM readings JOIN people USING (id) WHERE id < 4 ORDER BY id;

-- with a time zone: the session's zone is UTC
SELECT id, tstz, tstz::VARCHAR, tstz::TIMESTAMP FROM kinds ORDER BY id;
SELECT id, extract(hour FROM tstz), year(tstz), date_part('minute', tstz), extract(epoch FROM tstz), epoch_ms(tstz), dayname(tstz), monthname(tstz) FROM kinds ORDER BY id;
SELECT id, date_trunc('month', tstz), date_trunc('hour', tstz) FROM kinds WHERE tstz IS NOT NULL ORDER BY id;
SELECT id, tstz + INTERVAL 1 MONTH, tstz - INTERVAL '36:00:00', INTERVAL 1 DAY + tstz FROM kinds WHERE id > 3 ORDER BY id;
SELECT a.id, b.id, a.tstz - b.tstz, date_diff('day', a.tstz, b.tstz), date_sub('month', a.tstz, b.tstz) FROM kinds a JOIN kinds b ON a.id = 4 AND b.id >= 4 ORDER BY b.id;
SELECT id, strftime(tstz, '%Y-%m-%d %H:%M:%S %Z'), tstz::DATE, tstz::TIMETZ FROM kinds ORDER BY id;
SELECT id, tstz AT TIME ZONE 'UTC', ts AT TIME ZONE 'UTC', timezone('UTC', tstz) FROM kinds ORDER BY id;
SELECT id FROM kinds WHERE tstz >= TIMESTAMPTZ '2024-03-31 01:30:00+00' ORDER BY id;
SELECT id FROM kinds WHERE tstz >= '2024-03-31 03:30:00+02' ORDER BY id;
SELECT id FROM kinds WHERE tstz > ts ORDER BY id;
SELECT id FROM kinds WHERE tstz > dt ORDER BY id;
SELECT time_bucket(INTERVAL 1 DAY, tstz) AS b, count(*) FROM kinds GROUP BY b ORDER BY b;
SELECT min(tstz), max(tstz), max(tstz) > min(tstz), count(DISTINCT tstz::DATE) FROM kinds;
SELECT to_timestamp(0), to_timestamp(1704067200.5), TIMESTAMPTZ '2024-01-01 00:00:00+00' = TIMESTAMP '2024-01-01', typeof(to_timestamp(0)), make_timestamptz(2024, 1, 2, 3, 4, 5.5);
SELECT age(TIMESTAMPTZ '2024-03-01 00:00:00+00', TIMESTAMPTZ '2023-01-31 00:00:00+00'), last_day(TIMESTAMPTZ '2024-02-01 10:00:00+00'), isfinite(TIMESTAMPTZ 'infinity');
SELECT TIMESTAMPTZ '2024-01-01 23:30:00-02'::DATE, TIMESTAMPTZ '2024-01-01 23:30:00-02'::VARCHAR, DATE '2024-01-01'::TIMESTAMPTZ, TIMESTAMP '2024-01-01 12:00:00'::TIMESTAMPTZ, '2024-01-01 12:00:00+05'::TIMESTAMPTZ;
SELECT unnest(generate_series(TIMESTAMPTZ '2024-01-01 00:00:00+00', TIMESTAMPTZ '2024-01-01 02:00:00+00', INTERVAL 1 HOUR)) AS t;
SELECT * FROM range(TIMESTAMPTZ '2024-03-30 00:00:00+00', TIMESTAMPTZ '2024-04-02 00:00:00+00', INTERVAL 1 DAY);
SELECT strptime('2024-01-01 10:00:00 +0300', '%Y-%m-%d %H:%M:%S %z'), timezone_hour(TIMESTAMPTZ '2024-01-01 00:00:00+05'), epoch_us(TIMESTAMPTZ '1970-01-01 00:00:01+00');
SELECT dt + INTERVAL 1 DAY > tstz AS x, count(*) FROM kinds WHERE id > 3 GROUP BY x ORDER BY x;
SELECT id, coalesce(tstz, TIMESTAMPTZ '2000-01-01 00:00:00+00'), CASE WHEN id > 4 THEN tstz END, [tstz] FROM kinds ORDER BY id;
SELECT id, lag(tstz) OVER (ORDER BY tstz), count(*) OVER (ORDER BY tstz RANGE BETWEEN INTERVAL 1 YEAR PRECEDING AND CURRENT ROW) FROM kinds WHERE tstz IS NOT NULL ORDER BY id;

-- now
SELECT current_date = today() AS same, current_date = now()::DATE AS kin, typeof(current_date), typeof(current_time), typeof(localtimestamp), typeof(localtime), typeof(current_localtimestamp());
SELECT count(*) FROM people WHERE hired < current_date AND hired < now() AND hired <= today();
SELECT now() > TIMESTAMPTZ '2020-01-01 00:00:00+00' AS later, current_timestamp - now() AS zero, date_trunc('day', now()) = current_date AS day, extract(year FROM now()) > 2000 AS y;
SELECT age(hired) > INTERVAL 0 DAY AS past, count(*) FROM people GROUP BY past ORDER BY past;
