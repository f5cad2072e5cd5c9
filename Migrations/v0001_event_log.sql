-- The log: all that ever happened, one row an event, in one order for the whole house.
-- Every other table but meta, migration and heartbeat follows from it and could be made
-- anew by replaying it.
--
-- Times are Unix milliseconds; amounts whole minor units (cents, yen, fils).

-- A bid is one row, as each further one and each index cost as much: the answer stands beside it. The
-- views reply and commitment show the bids as tables of their own.
CREATE TABLE event (
    -- 1, 2, 3 … without a hole. Rows are only ever appended, so the key costs nothing.
    position INTEGER PRIMARY KEY CHECK (position >= 1),
    -- The lot it belongs to; NULL for an event of the house (sales, bidders, tokens).
    auction TEXT REFERENCES lot (id),
    -- The lot's own number of the public change that the event is part of.
    seq INTEGER CHECK (seq IS NULL OR (seq >= 1 AND auction IS NOT NULL)),
    -- And whether it is of a lot. A CASE: a long IN list is built anew at every insert.
    kind TEXT NOT NULL CHECK (
        CASE kind
        WHEN 'bid_accepted' THEN 1
        WHEN 'bid_refused' THEN 1
        WHEN 'auction_extended' THEN 1
        WHEN 'auction_created' THEN 1
        WHEN 'auction_opened' THEN 1
        WHEN 'auction_closed' THEN 1
        WHEN 'bids_voided' THEN 1
        WHEN 'reserve_lowered' THEN 1
        WHEN 'auction_paused' THEN 1
        WHEN 'auction_resumed' THEN 1
        WHEN 'auction_cancelled' THEN 1
        WHEN 'auction_announced' THEN 1
        WHEN 'ask_set' THEN 1
        WHEN 'fair_warning_given' THEN 1
        WHEN 'auction_reopened' THEN 1
        WHEN 'sale_created' THEN 0
        WHEN 'bidder_added' THEN 0
        WHEN 'bidder_suspended' THEN 0
        WHEN 'bidder_reinstated' THEN 0
        WHEN 'bidder_registered' THEN 0
        WHEN 'token_issued' THEN 0
        WHEN 'token_revoked' THEN 0
        WHEN 'signing_key_added' THEN 0
        ELSE 2 END = (auction IS NOT NULL)
    ),
    -- JSON, versioned ("v":1). Holds secrets: maxes, reserves, sealed bids, who bid.
    -- Compared: a substr() is dear.
    payload TEXT NOT NULL CHECK (payload >= '{"v"' AND payload < '{"v#'),
    -- What everybody may know of it; NULL: nothing. Follows from the payload; with it the
    -- chain is checked without secrets.
    public_payload TEXT CHECK (public_payload >= '{"v"' AND public_payload < '{"v#'),
    -- Secret: keeps a payload from being found out by trying until its digest fits.
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    -- The engine's time. It never runs backwards.
    at INTEGER NOT NULL CHECK (at BETWEEN 0 AND 253402300799999),
    -- Each entry's hash covers the one before, so that nothing can be changed, taken out or put in
    -- later without changing every hash after it. The bytes that are hashed: docs/database.md.
    previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),

    -- Whose request it answers, and its id. The house may not know him.
    bidder TEXT,
    bid TEXT,
    -- Of an accepted bid: its number on the lot, 0, 1, 2 …, the priority between equal amounts; what
    -- it commits to (secret, unless it is an exact bid's on an english lot); and its bidder's number
    -- there, in the order of the first accepted bids: to others he is "Bidder 1", "Bidder 2" …
    ordinal INTEGER,
    committed INTEGER,
    alias INTEGER,
    -- What he was told. Of a refusal: the code, how late he was, and the least that would do.
    told_code TEXT,
    told_late_by INTEGER,
    told_minimum INTEGER,
    -- Of an acceptance: the lot's newest seq (also of a retraction), whether he leads (NULL: the
    -- format does not tell), his max (secret), the price, the reserve (none, unmet, met), the end.
    told_seq INTEGER,
    told_leading INTEGER,
    told_max INTEGER,
    told_price INTEGER,
    told_reserve TEXT,
    told_ends_at INTEGER,
    -- In one: a CHECK at each column takes 1,900 instructions a row more.
    CHECK (
        kind = 'bid_accepted' AND bidder IS NOT NULL AND bid IS NOT NULL
        AND ordinal IS NOT NULL AND ordinal >= 0
        AND committed IS NOT NULL AND committed >= 1 AND committed <= 9007199254740991
        AND alias IS NOT NULL AND alias >= 1 AND told_code IS NULL AND told_late_by IS NULL
        AND (told_minimum IS NULL OR told_minimum >= 1) AND told_seq IS NOT NULL
        AND (told_leading IS NULL OR told_leading >= 0 AND told_leading <= 1)
        AND told_max IS NOT NULL AND told_reserve IS NOT NULL
        OR kind <> 'bid_accepted'
        AND coalesce(ordinal, committed, alias, told_leading, told_max, told_price, told_reserve,
            told_ends_at) IS NULL
        AND (bidder IS NULL) = (bid IS NULL)
        AND CASE kind WHEN 'bid_refused' THEN bid IS NOT NULL WHEN 'bids_voided' THEN 1
            ELSE bid IS NULL END
        AND (kind = 'bid_refused') = (told_code IS NOT NULL)
        AND (told_code IS 'closed') = (told_late_by IS NOT NULL)
        AND (told_minimum IS NULL OR bid IS NOT NULL AND told_minimum >= 1)
        AND (told_seq IS NULL OR bid IS NOT NULL AND told_code IS NULL)
    )
) STRICT;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never changed'); END;

CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never deleted'); END;

-- What the database says of itself: log_id names this history, and is another one in every backup.
CREATE TABLE meta (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which of these files have been run here, and the SHA-256 of what they said then.
CREATE TABLE migration (
    number INTEGER PRIMARY KEY CHECK (number >= 1),
    name TEXT NOT NULL UNIQUE,
    checksum TEXT NOT NULL CHECK (length(checksum) = 64),
    applied_at INTEGER NOT NULL
) STRICT;
