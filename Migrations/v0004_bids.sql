-- What bidders asked for, and what they were told.

-- A bidder's first accepted bid on a lot gives him his alias there: "Bidder 1", "Bidder 2" …
CREATE TABLE participant (
    auction TEXT NOT NULL REFERENCES auction (id),
    bidder TEXT NOT NULL REFERENCES bidder (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    PRIMARY KEY (auction, bidder)
) STRICT, WITHOUT ROWID;

-- The accepted offers, by which the price is what it is. Never deleted: a void marks them.
CREATE TABLE commitment (
    auction TEXT NOT NULL,
    -- 0, 1, 2 … in the order of acceptance: the priority between equal amounts.
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    -- The log's entry, where the time of it stands, and the reply.
    position INTEGER NOT NULL REFERENCES event (position),
    bidder TEXT NOT NULL,
    bid TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'max' OR kind = 'exact' OR kind = 'buy'),
    -- Secret, unless it is an exact bid's on an english lot.
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    at INTEGER NOT NULL,
    -- The public change that it made; NULL when it stayed private (a raised max, a sealed bid).
    seq INTEGER CHECK (seq >= 1),
    voided INTEGER NOT NULL DEFAULT 0 CHECK (voided IN (0, 1)),
    PRIMARY KEY (auction, ordinal),
    FOREIGN KEY (auction, bidder) REFERENCES participant (auction, bidder)
) STRICT, WITHOUT ROWID;

-- The final answer to every request, so that its repetition gets it again, word for word.
--
-- There is no unique index on (auction, bidder, bid): at a random key every row would dirty another
-- page, which halves the rate of bids. The rules hold the keys of all lots in memory; that none
-- occurs twice is checked by the view integrity_faults.
CREATE TABLE reply (
    position INTEGER PRIMARY KEY REFERENCES event (position),
    auction TEXT NOT NULL,
    -- May be somebody whom the house does not know: that is then why he was refused.
    bidder TEXT NOT NULL,
    bid TEXT NOT NULL,
    action TEXT NOT NULL CHECK (
        action = 'max' OR action = 'exact' OR action = 'buy' OR action = 'retract'),
    amount INTEGER CHECK ((action IN ('max', 'exact')) = (amount IS NOT NULL)), -- what was asked
    currency TEXT, -- when the bidder named one
    target TEXT CHECK ((action = 'retract') = (target IS NOT NULL)), -- the bid taken back
    confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    verdict TEXT NOT NULL CHECK (
        verdict = 'accepted' OR verdict = 'refused' OR verdict = 'retracted'),
    -- Of a refusal: its code, and what some codes add.
    code TEXT CHECK ((verdict = 'refused') = (code IS NOT NULL)),
    detail TEXT,
    late_by INTEGER CHECK ((code IS 'closed') = (late_by IS NOT NULL)),
    minimum INTEGER CHECK (minimum >= 1),
    -- Of an acceptance: what the bidder was told; seq also of a retraction.
    seq INTEGER CHECK ((verdict = 'refused') = (seq IS NULL)),
    leading INTEGER CHECK (leading IN (0, 1)), -- NULL where the format does not tell
    own_max INTEGER CHECK ((verdict = 'accepted') = (own_max IS NOT NULL)), -- secret
    price INTEGER,
    reserve TEXT CHECK ((verdict = 'accepted') = (reserve IS NOT NULL)), -- none, unmet or met
    ends_at INTEGER
) STRICT;

CREATE TRIGGER reply_is_never_changed BEFORE UPDATE ON reply
BEGIN SELECT RAISE(ABORT, 'a reply is given once: it is never changed'); END;

CREATE TRIGGER reply_is_never_deleted BEFORE DELETE ON reply
BEGIN SELECT RAISE(ABORT, 'a reply is given once: it is never deleted'); END;
