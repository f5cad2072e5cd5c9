-- What the lots must always satisfy (the rulebook's section 9).
--
-- A lot that was bought at its cap may have rivals' maxes above the price, and its buyer leads
-- whatever they offered: it is exempt where the rule says "not bought".
CREATE VIEW integrity_faults_of_bidding AS
    -- Who leads an english lot holds the highest standing offer, and of equal ones the earliest.
    SELECT 'one leader' AS rule, a.id AS auction,
        coalesce(a.leader, 'nobody') || ' leads, ' || coalesce(s.bidder, 'nobody') || ' should'
        AS detail
    FROM auction a
    LEFT JOIN (
        SELECT auction, bidder,
            row_number() OVER (PARTITION BY auction ORDER BY amount DESC, ordinal) AS rank
        FROM secret_standing
    ) s ON s.auction = a.id AND s.rank = 1
    WHERE a.format = 'english' AND a.close_cause IS NOT 'bought' AND a.leader IS NOT s.bidder
UNION ALL
    SELECT 'price >= start', id, coalesce(price, minimum) || ' < ' || start
    FROM auction WHERE price < start OR minimum < start
UNION ALL
    SELECT 'price <= leader''s max', a.id, a.price || ' > ' || coalesce(s.amount, 'nothing')
    FROM auction a LEFT JOIN secret_standing s ON s.auction = a.id AND s.bidder = a.leader
    WHERE (a.format = 'english' OR a.format = 'live' AND NOT a.plus_one)
        AND a.price > coalesce(s.amount, 0)
UNION ALL
    SELECT 'leader''s max as committed', a.id, a.leader_max || ' is not ' || s.amount
    FROM auction a JOIN secret_standing s ON s.auction = a.id AND s.bidder = a.leader
    WHERE (a.format = 'english' OR a.format = 'live' AND NOT a.plus_one)
        AND a.leader_max IS NOT s.amount
UNION ALL
    SELECT 'price >= best rival max', a.id, a.price || ' < ' || max(s.amount)
    FROM auction a JOIN secret_standing s ON s.auction = a.id AND s.bidder <> a.leader
    WHERE a.format IN ('english', 'live') AND a.close_cause IS NOT 'bought'
    GROUP BY a.id HAVING a.price < max(s.amount)
UNION ALL
    SELECT 'reserve met = price >= reserve', id, 'price ' || coalesce(price, 'none')
    FROM auction
    WHERE reserve_met <> (price IS NOT NULL AND reserve IS NOT NULL AND price >= reserve)
UNION ALL
    SELECT 'no minimum after the end', id, 'minimum ' || coalesce(minimum, 'none')
    FROM auction WHERE (status IN ('closed', 'cancelled')) <> (minimum IS NULL)
UNION ALL
    SELECT 'the winner is the leader, at the price', id,
        coalesce(winner, 'nobody') || ' at ' || coalesce(hammer_price, 'nothing')
    FROM auction WHERE winner IS NOT NULL AND (winner IS NOT leader OR hammer_price IS NOT price)
UNION ALL
    SELECT 'not closed before its end', id, 'closed at ' || ended_at || ', end ' || ends_at
    FROM auction WHERE status = 'closed' AND close_cause = 'time' AND ended_at < ends_at
UNION ALL
    -- A reply knows the end that was in force when it was given.
    SELECT 'no bid accepted at or after the end', auction, 'position ' || position
    FROM event
    WHERE ordinal IS NOT NULL AND at >= told_ends_at
UNION ALL
    SELECT 'no bid accepted after the close', c.auction, 'position ' || c.position
    FROM event c CROSS JOIN (
        SELECT auction, min(position) AS position FROM event
        WHERE kind IN ('auction_closed', 'auction_cancelled') GROUP BY auction
    ) ended ON ended.auction = c.auction
    WHERE c.ordinal IS NOT NULL AND c.position > ended.position
        -- A live-room lot may have been reopened since. (The first end bounds the look back, which
        -- otherwise goes through the whole log for every bid.)
        AND 'auction_reopened' <> (
            SELECT k.kind FROM event k
            WHERE k.auction = c.auction
                AND k.position >= ended.position AND k.position < c.position
                AND k.kind IN ('auction_closed', 'auction_cancelled', 'auction_reopened')
            ORDER BY k.position DESC LIMIT 1)
UNION ALL
    SELECT 'ordinals without holes', auction, count(*) || ' commitments'
    FROM event WHERE ordinal IS NOT NULL
    GROUP BY auction HAVING max(ordinal) <> count(*) - 1 OR count(DISTINCT ordinal) <> count(*)
UNION ALL
    SELECT 'aliases without holes', auction, count(*) || ' aliases'
    FROM (SELECT DISTINCT auction, bidder, alias FROM event WHERE alias IS NOT NULL)
    GROUP BY auction
    HAVING min(alias) <> 1 OR max(alias) <> count(*) OR count(DISTINCT alias) <> count(*)
        OR count(DISTINCT bidder) <> count(*)
UNION ALL
    SELECT 'bids counted', a.id, a.bids || ' bids'
    FROM auction a
    LEFT JOIN (
        SELECT auction, count(*) AS public FROM commitment
        WHERE seq IS NOT NULL AND NOT voided GROUP BY auction
    ) c ON c.auction = a.id
    WHERE a.format IN ('english', 'live') AND a.bids <> coalesce(c.public, 0)
UNION ALL
    SELECT 'a sealed lot shows nothing', id, 'price ' || price
    FROM auction
    WHERE format NOT IN ('english', 'live') AND status <> 'closed' AND price IS NOT NULL
UNION ALL
    SELECT 'one lot of a sale on the block', min(id), count(*) || ' lots of sale ' || sale
    FROM auction WHERE ask IS NOT NULL AND sale IS NOT NULL GROUP BY sale HAVING count(*) > 1
UNION ALL
    SELECT 'the ask is the minimum', id, ask || ' is not ' || coalesce(minimum, 'none')
    FROM auction WHERE ask IS NOT NULL AND ask IS NOT minimum
UNION ALL
    SELECT 'only a live-room lot has an ask', id, 'format ' || format
    FROM auction WHERE (format = 'live') <> (ask_seq IS NOT NULL);

-- Everything that is wrong with the database: no row when it is sound.
CREATE VIEW integrity_faults AS
    SELECT rule, auction, detail FROM integrity_faults_of_log
UNION ALL
    SELECT rule, auction, detail FROM integrity_faults_of_bidding;
