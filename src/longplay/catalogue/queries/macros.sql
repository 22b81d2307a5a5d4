-- Purpose: words that the other queries share.
-- Cost at 256 M: none by themselves.

-- A name without what spelling varies in: case, accents, blanks, punctuation, "&" for "and".
-- A name of signs only ("!!!") is itself.
CREATE OR REPLACE TEMP MACRO name_key(name) AS
    coalesce(
        nullif(regexp_replace(lower(strip_accents(replace(name, '&', ' and '))), '[^\p{L}\p{N}]+', '', 'g'), ''),
        lower(trim(name))
    );

-- The id of an entity: the MBID where MusicBrainz has it, else a UUID (version 8, RFC 9562) of source, kind and id.
CREATE OR REPLACE TEMP MACRO entity_id(source, kind, id) AS
    CASE
        WHEN source = 'musicbrainz' AND TRY_CAST(id AS UUID) IS NOT NULL THEN CAST(id AS UUID)
        ELSE CAST(
            left(md5(concat(source, ':', kind, ':', id)), 12) || '8'
            || substr(md5(concat(source, ':', kind, ':', id)), 14, 3) || 'a'
            || substr(md5(concat(source, ':', kind, ':', id)), 18) AS UUID)
    END;

-- The year a stated date begins with; null where it plainly has none.
CREATE OR REPLACE TEMP MACRO year_of(stated) AS
    CASE
        WHEN regexp_matches(stated, '^[12][0-9]{3}(-|$)') THEN CAST(left(stated, 4) AS SMALLINT)
    END;

-- A title without what stands in brackets, and without "remastered …" after a hyphen: what editions of one recording add.
-- A title that is all in brackets ("[untitled]") is itself.
CREATE OR REPLACE TEMP MACRO plain_title(title) AS
    coalesce(
        nullif(
            name_key(trim(regexp_replace(title, '\s*(\([^()]*\)|\[[^\[\]]*\]|[-–—]\s+[^-–—]*remaster[^-–—]*$)', '', 'gi'))),
            ''
        ),
        name_key(title)
    );

-- The name of an artist, or a credit, without the numbers by which Discogs tells namesakes apart: "Nirvana (2)".
CREATE OR REPLACE TEMP MACRO artist_key(name) AS
    name_key(regexp_replace(name, '\s+\([0-9]{1,3}\)($|[\s,])', '\1', 'g'));

-- Whether one of two artists' keys is the other or, where both have three letters or more, part of it.
CREATE OR REPLACE TEMP MACRO are_near(one, other) AS
    one != '' AND other != ''
    AND (one = other OR (least(length(one), length(other)) >= 3 AND (contains(one, other) OR contains(other, one))));
