-- patterns
SELECT id FROM words WHERE w LIKE 'a%' ORDER BY id;
SELECT id FROM words WHERE w NOT LIKE '%p%' ORDER BY id;
SELECT id FROM words WHERE w ILIKE 'APPLE%' ORDER BY id;
SELECT id FROM words WHERE w LIKE '%!_%' ESCAPE '!' ORDER BY id;
SELECT id FROM words WHERE w LIKE '_pfel' OR w LIKE '___' ORDER BY id;
SELECT id FROM words WHERE w NOT ILIKE 'A%' ORDER BY id;
SELECT id FROM words WHERE w GLOB '[aA]*' ORDER BY id;
SELECT id FROM words WHERE w SIMILAR TO '(a|z).*' ORDER BY id;
SELECT id FROM words WHERE w NOT SIMILAR TO '.*[aeiou].*' ORDER BY id;
SELECT id FROM words WHERE w ~ '[0-9]{4}-.*' ORDER BY id;
SELECT id FROM words WHERE w !~ '.*a.*' ORDER BY id;
SELECT id FROM words WHERE w ~~ '%e' OR w ~~* 'ZE%' OR w ~~~ 'x*' ORDER BY id;
SELECT id FROM words WHERE w !~~ '%a%' AND w !~~* '%A%' ORDER BY id;
SELECT id FROM words WHERE regexp_matches(w, '(?i)^apple') ORDER BY id;
SELECT id FROM words WHERE w ^@ 'app' ORDER BY id;
SELECT id FROM words WHERE starts_with(w, 'A') OR ends_with(w, 'e') OR contains(w, ',,') ORDER BY id;
SELECT a.id, b.id FROM words a JOIN words b ON a.w ILIKE b.w AND a.id < b.id ORDER BY ALL;
SELECT 'a%b' LIKE 'a\%b' ESCAPE '\', 'ab' LIKE 'a\%b' ESCAPE '\', NULL LIKE 'a', 'a' LIKE NULL, '' LIKE '', '' LIKE '%';
SELECT like_escape('a%', 'a$%', '$'), ilike_escape('A%', 'a$%', '$'), not_like_escape('ab', 'a$%', '$'), not_ilike_escape('AB', 'a$%', '$');

-- spellings of the standard
SELECT substring(w FROM 2 FOR 3), substring(w FROM 2), substring(w FOR 2), substring(w, 2, 3), substr(w, -3), substring(w FROM -2 FOR 1) FROM words ORDER BY id;
SELECT trim(w), trim(BOTH ' ' FROM w), trim(LEADING FROM w), trim(TRAILING ' pade' FROM w), ltrim(w), rtrim(w, 'e '), trim(w, 'a') FROM words ORDER BY id;
SELECT position('p' IN w), strpos(w, 'p'), instr(w, 'l'), position(w || 'e' IN 'apple') FROM words ORDER BY id;

-- functions
SELECT upper(w), lower(w), ucase(w), lcase(w), reverse(w), length(w), strlen(w), bit_length(w), octet_length(encode(w)), length_grapheme(w) FROM words ORDER BY id;
SELECT left(w, 3), right(w, 2), left(w, -1), right(w, -1), left_grapheme(w, 1), right_grapheme(w, 1), substring_grapheme(w, 1, 2) FROM words ORDER BY id;
SELECT lpad(w, 8, '*'), rpad(w, 8, '.'), lpad(w, 2, 'x'), repeat(w, 2) FROM words WHERE id < 10 ORDER BY id;
SELECT replace(w, 'p', 'PP'), translate(w, 'ap', 'xy'), strip_accents(w), nfc_normalize(w), ascii(w), unicode(w), ord(w) FROM words ORDER BY id;
SELECT concat(w, NULL, 1), concat_ws('-', w, NULL, id), w || '!', w || NULL FROM words ORDER BY id;
SELECT string_split(w, ','), str_split(w, ''), split_part(w, ',', 2), split(w, 'p'), string_to_array(w, 'a'), regexp_split_to_array(w, '[ ,]+'), str_split_regex(w, 'p+') FROM words ORDER BY id;
SELECT regexp_replace(w, 'p+', '<\0>'), regexp_replace(w, '[aeiou]', '', 'g'), regexp_replace(w, 'APPLE', 'x', 'i') FROM words ORDER BY id;
SELECT regexp_extract(w, '(\w)(\w)', 2), regexp_extract_all(w, '\w+'), regexp_full_match(w, '[a-z]+'), regexp_extract(w, '(\d+)-(\d+)', ['y', 'm']) FROM words ORDER BY id;
SELECT levenshtein('kitten', 'sitting'), editdist3('a', 'b'), damerau_levenshtein('ab', 'ba'), hamming('abc', 'abd'), mismatches('abc', 'axc'), jaccard('abc', 'abd'), jaro_similarity('abc', 'abd'), jaro_winkler_similarity('abc', 'abd');
SELECT hex('AB'), unhex('4142'), to_hex(255), from_hex('FF'), bin(5), unbin('101'), to_binary(5), to_base(35, 36), base64('abc'::BLOB), to_base64('abc'::BLOB), from_base64('YWJj'), encode('é'), decode('\xC3\xA9'::BLOB), hex(255);
SELECT format('{} and {:>5} {:.2f} {:05d}', 'a', 'b', 1.234, 42), printf('%s %5.1f %03d %x', 'a', 1.25, 7, 255), format('{1}{0}', 'a', 'b'), format('{:,}', 1234567), format('{:_}', 1234567);
SELECT formatReadableSize(123456), format_bytes(16384), formatReadableDecimalSize(16000), pg_size_pretty(1000), url_encode('a b/c'), url_decode('a%20b');
SELECT parse_path('/a/b/c.txt'), parse_filename('/a/b/c.txt'), parse_filename('/a/b/c.txt', true), parse_dirname('/a/b/c.txt'), parse_dirpath('/a/b/c.txt');
SELECT array_extract('abc', 2), 'abc'[2], 'abc'[1:2], 'äöü'[2], list_aggregate(str_split('b,a', ','), 'min'), bar(3, 0, 10, 5), chr(228), regexp_escape('a.b*c');
SELECT 'a' < 'b', 'B' < 'a', 'ä' > 'z', 'Z' < 'a', '' < 'a', 'a' < 'a ', 'abc' = 'ABC' COLLATE NOCASE, 'é' = 'e' COLLATE NOACCENT;
SELECT w FROM words WHERE w = 'APPLE' COLLATE NOCASE ORDER BY id;
SELECT w COLLATE NOCASE AS k, count(*) FROM words WHERE w ILIKE 'apple' GROUP BY k;
SELECT DISTINCT lower(w) FROM words WHERE w LIKE '_pp%' ORDER BY 1;
SELECT a.id, b.id FROM words a JOIN words b ON a.w COLLATE NOCASE = b.w AND a.id < b.id ORDER BY ALL;
SELECT max(w COLLATE NOCASE), min(w COLLATE NOCASE) FROM words WHERE w ILIKE 'z%' OR w ILIKE 'äpfel';
SELECT length(w) AS n, string_agg(w, '|' ORDER BY id) FROM words GROUP BY n ORDER BY n;
SELECT w, count(*) FROM words GROUP BY w ORDER BY w NULLS FIRST;
SELECT sum(length(w)), max(strlen(w)), count(DISTINCT lower(w)) FROM words;
SELECT decode(encode('a' || chr(0) || 'b')) = 'a' || chr(0) || 'b' AS zero, octet_length('a'::BLOB), '\xAA'::BLOB || 'b'::BLOB, substring('hello', 2, 100), repeat('ab', 0), reverse('äöü');
SELECT getvariable('unset') AS v, nullif('', ''), least('b', 'a', NULL), greatest('B', 'a');
SELECT 'NULL' IS NULL, '' IS NULL, length(NULL), upper(NULL), 'a' || '' = 'a', concat(NULL) = '';
