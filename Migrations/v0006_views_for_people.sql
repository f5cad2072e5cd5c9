-- What everybody may see, readable: amounts as decimals of the currency, times in UTC. No max, no
-- reserve, no bidder's id, and of a sealed lot nothing before its close.
--
-- An amount as text is "(minor / scale) || '.' || rest", with all of the currency's places; a
-- missing one stays NULL. Mind the brackets: || binds more tightly than /. unit has the scale: 100
-- for two places.

CREATE VIEW unit AS
SELECT column1 AS exponent, column2 AS scale
FROM (VALUES (0, 1), (1, 10), (2, 100), (3, 1000), (4, 10000));

-- Every lot as it stands.
CREATE VIEW auction_board AS
SELECT
    a.id AS auction, a.sale, a.title, a.format, a.currency, a.status,
    (a.price / scale) || CASE exponent WHEN 0 THEN ''
        ELSE printf('.%0*d', exponent, a.price % scale) END AS price,
    (a.minimum / scale) || CASE exponent WHEN 0 THEN ''
        ELSE printf('.%0*d', exponent, a.minimum % scale) END AS minimum,
    CASE WHEN a.minimum IS NOT NULL AND (a.buy_now_availability = 'always' OR a.price IS NULL)
        THEN (a.buy_now / scale) || CASE exponent WHEN 0 THEN ''
            ELSE printf('.%0*d', exponent, a.buy_now % scale) END END AS buy_now,
    CASE WHEN a.reserve IS NULL THEN 'none' WHEN a.reserve_met THEN 'met' ELSE 'unmet' END
        AS reserve,
    a.bids,
    'Bidder ' || a.leader_alias AS leader,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.starts_at / 1000.0, 'unixepoch') AS starts_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.ends_at / 1000.0, 'unixepoch') AS ends_at,
    a.extensions,
    CASE a.status WHEN 'cancelled' THEN 'withdrawn' ELSE a.outcome END AS outcome,
    a.seq,
    -- Of live-room lots.
    (a.ask / scale) || CASE exponent WHEN 0 THEN ''
        ELSE printf('.%0*d', exponent, a.ask % scale) END AS ask,
    a.ask_seq, a.fair_warnings
FROM auction a JOIN unit USING (exponent);

-- The accepted bids that changed something public, with the price that each one led to. Raised
-- maxes are left out, and sealed bids until the close.
CREATE VIEW bid_history AS
SELECT
    c.auction, c.seq,
    strftime('%Y-%m-%dT%H:%M:%fZ', c.at / 1000.0, 'unixepoch') AS at,
    'Bidder ' || c.alias AS bidder,
    (e.told_price / scale) || CASE exponent WHEN 0 THEN ''
        ELSE printf('.%0*d', exponent, e.told_price % scale) END AS price,
    a.currency,
    CASE e.told_leading WHEN 1 THEN 'leads' WHEN 0 THEN 'outbid at once' END AS result,
    CASE c.voided WHEN 1 THEN 'void' END AS void
FROM commitment c
JOIN auction a ON a.id = c.auction JOIN unit USING (exponent)
JOIN event e ON e.position = c.position
WHERE (a.format IN ('english', 'live') AND c.seq IS NOT NULL)
    OR a.status = 'closed' AND a.format NOT IN ('english', 'live')
ORDER BY c.auction, c.ordinal;

-- Who stands where on a lot: the leader first, then by what was offered, the earlier one before.
CREATE VIEW leaderboard AS
SELECT
    s.auction,
    row_number() OVER (
        PARTITION BY s.auction ORDER BY a.leader IS s.bidder DESC, s.amount DESC, s.ordinal
    ) AS rank,
    'Bidder ' || s.alias AS bidder,
    CASE WHEN a.leader = s.bidder THEN
        CASE a.status WHEN 'closed' THEN coalesce(a.outcome, '') ELSE 'leads' END END AS standing,
    b.bids
FROM secret_standing s
JOIN auction a ON a.id = s.auction
JOIN (
    SELECT c.auction, c.bidder,
        sum(NOT c.voided AND (c.seq IS NOT NULL OR l.format NOT IN ('english', 'live'))) AS bids
    FROM commitment c JOIN lot l ON l.id = c.auction
    GROUP BY c.auction, c.bidder
) b ON b.auction = s.auction AND b.bidder = s.bidder
WHERE a.format = 'english' OR a.status = 'closed';
