-- A sealed batch is as good as random: PostgreSQL need not try to compress it. And it stays in its row up
-- to what a page holds; above 2 KB (some 35 ballots) each part would go to a second table with an index.
ALTER TABLE intake.batch
    ALTER COLUMN sealed SET STORAGE EXTERNAL,
    ALTER COLUMN box_hashes SET STORAGE EXTERNAL;
ALTER TABLE intake.batch SET (toast_tuple_target = 8160);
