-- The database of release 1 with invented rows, as `sqlite3 studio.db .dump` writes it. Never edit it.
PRAGMA application_id=1112363825;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE attempts (
    job_id VARCHAR(36) NOT NULL,
    token INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    PRIMARY KEY (job_id, token),
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
)
 WITHOUT ROWID
    ;
INSERT INTO "attempts" VALUES('01a20a34-cadd-7264-a3fb-8c1cce5f0b14',1,900);
CREATE TABLE base_models (
    owner VARCHAR(64) NOT NULL,
    name TEXT NOT NULL,
    record JSON NOT NULL,
    PRIMARY KEY (owner, name)
);
INSERT INTO "base_models" VALUES('local','bert','{"revision":"abc"}');
CREATE TABLE curves (
    id INTEGER NOT NULL,
    job_id VARCHAR(36) NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT curves_by_name UNIQUE (job_id, name),
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
INSERT INTO "curves" VALUES(1,'01a20a34-cadd-7264-a3fb-8c1cce5f0b14','train/loss');
CREATE TABLE datasets (
    id VARCHAR(36) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    name TEXT NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO "datasets" VALUES('01a20a34-ca9d-73ef-afcd-2be0c7860371','local','评论 reviews','2026-03-01T12:00:00.000250+00:00');
CREATE TABLE history (
    job_id VARCHAR(36) NOT NULL,
    seq INTEGER NOT NULL,
    at VARCHAR(32) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    message JSON NOT NULL,
    PRIMARY KEY (job_id, seq),
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
)
 WITHOUT ROWID
    ;
INSERT INTO "history" VALUES('01a20a34-cadd-7264-a3fb-8c1cce5f0b14',1,'2026-03-01T12:00:00.000250+00:00','move','{"key":"history.queued","args":{},"level":"info"}');
INSERT INTO "history" VALUES('01a20a34-cadd-7264-a3fb-8c1cce5f0b14',2,'2026-03-01T12:00:01.000250+00:00','move','{"key":"history.starting","args":{},"level":"info"}');
INSERT INTO "history" VALUES('01a20a34-cadd-7264-a3fb-8c1cce5f0b14',3,'2026-03-01T12:00:02.000250+00:00','move','{"key":"history.running","args":{},"level":"info"}');
INSERT INTO "history" VALUES('01a20a34-cadd-7264-a3fb-8c1cce5f0b14',4,'2026-03-01T12:00:03.000250+00:00','note','{"key":"notes.small","args":{"rows":3},"level":"warning"}');
INSERT INTO "history" VALUES('01a20a34-cadd-7264-a3fb-8c1cce5f0b14',5,'2026-03-01T12:00:04.000250+00:00','move','{"key":"history.succeeded","args":{},"level":"info"}');
INSERT INTO "history" VALUES('01a20a34-cadd-7264-a3fb-8c1cce5f0b14',6,'2026-03-01T12:00:04.000250+00:00','note','{"key":"jobs.done","args":{"share":0.75},"level":"info"}');
INSERT INTO "history" VALUES('01a20a34-caf5-7ed1-8eaa-a5aaa6750e2e',1,'2026-03-01T12:01:00.000250+00:00','move','{"key":"history.queued","args":{},"level":"info"}');
CREATE TABLE jobs (
    id VARCHAR(36) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    "key" TEXT NOT NULL,
    name TEXT NOT NULL,
    task TEXT NOT NULL,
    dataset_id VARCHAR(36) NOT NULL,
    dataset_version INTEGER NOT NULL,
    base TEXT NOT NULL,
    preset TEXT NOT NULL,
    params JSON NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    state VARCHAR(16) NOT NULL,
    wish VARCHAR(16) NOT NULL,
    token INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    not_before VARCHAR(32),
    started_at VARCHAR(32),
    ended_at VARCHAR(32),
    beat_at VARCHAR(32),
    progress JSON NOT NULL,
    message JSON,
    traceback TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    checkpoint_step INTEGER NOT NULL,
    checkpoint_digest TEXT NOT NULL,
    points_mark INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(dataset_id, dataset_version) REFERENCES versions (dataset_id, number)
);
INSERT INTO "jobs" VALUES('01a20a34-cadd-7264-a3fb-8c1cce5f0b14','local','k1','first','text_classification','01a20a34-ca9d-73ef-afcd-2be0c7860371',2,'instant','balanced','{"epochs":3,"learning_rate":2e-05,"freeze":[1,2]}','2026-03-01T12:00:00.000250+00:00','succeeded','none',1,1,3,NULL,'2026-03-01T12:00:02.000250+00:00','2026-03-01T12:00:04.000250+00:00','2026-03-01T12:00:03.000250+00:00','{"phase":"tuning","step":40,"steps":40,"epoch":0.0,"epochs":0,"examples_per_s":0.0,"left_s":null,"memory_mb":0.0}','{"key":"jobs.done","args":{"share":0.75},"level":"info"}','','jobs/01a20a34-cadd-7264-a3fb-8c1cce5f0b14/1/checkpoints/20',20,'00',1);
INSERT INTO "jobs" VALUES('01a20a34-caf5-7ed1-8eaa-a5aaa6750e2e','local','k2','second','text_classification','01a20a34-ca9d-73ef-afcd-2be0c7860371',2,'instant','balanced','{"epochs":3,"learning_rate":2e-05,"freeze":[1,2]}','2026-03-01T12:01:00.000250+00:00','queued','none',0,0,3,NULL,NULL,NULL,NULL,'{"phase":"","step":0,"steps":0,"epoch":0.0,"epochs":0,"examples_per_s":0.0,"left_s":null,"memory_mb":0.0}',NULL,'','',0,'',0);
CREATE TABLE models (
    id VARCHAR(36) NOT NULL,
    job_id VARCHAR(36) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    task TEXT NOT NULL,
    base TEXT NOT NULL,
    folder TEXT NOT NULL,
    digest TEXT NOT NULL,
    size_mb FLOAT NOT NULL,
    labels JSON NOT NULL,
    metrics JSON NOT NULL,
    kept BOOLEAN NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT models_by_kind UNIQUE (job_id, kind),
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
INSERT INTO "models" VALUES('01a20a34-cb44-7c2d-9637-c7c95fa4a670','01a20a34-cadd-7264-a3fb-8c1cce5f0b14','instant','text_classification','instant','jobs/01a20a34-cadd-7264-a3fb-8c1cce5f0b14/1/models/instant','d',1.5,'["bad","好"]','{"validation":{"accuracy":0.5},"test":{"accuracy":0.25}}',1,'2026-03-01T12:00:03.000250+00:00');
CREATE TABLE points (
    curve_id INTEGER NOT NULL,
    step INTEGER NOT NULL,
    value FLOAT,
    PRIMARY KEY (curve_id, step),
    FOREIGN KEY(curve_id) REFERENCES curves (id) ON DELETE CASCADE
)
 WITHOUT ROWID
    ;
INSERT INTO "points" VALUES(1,1,1.0);
INSERT INTO "points" VALUES(1,2,0.5);
INSERT INTO "points" VALUES(1,3,3.33333333333333314829e-01);
INSERT INTO "points" VALUES(1,4,0.25);
INSERT INTO "points" VALUES(1,5,0.2);
INSERT INTO "points" VALUES(1,6,1.66666666666666657414e-01);
INSERT INTO "points" VALUES(1,7,1.42857142857142849212e-01);
INSERT INTO "points" VALUES(1,8,0.125);
INSERT INTO "points" VALUES(1,9,1.11111111111111104943e-01);
INSERT INTO "points" VALUES(1,10,0.1);
INSERT INTO "points" VALUES(1,11,9.09090909090909116141e-02);
INSERT INTO "points" VALUES(1,12,8.33333333333333287074e-02);
INSERT INTO "points" VALUES(1,13,7.6923076923076927347e-02);
INSERT INTO "points" VALUES(1,14,7.14285714285714246063e-02);
INSERT INTO "points" VALUES(1,15,6.66666666666666657414e-02);
INSERT INTO "points" VALUES(1,16,0.0625);
INSERT INTO "points" VALUES(1,17,5.8823529411764705066e-02);
INSERT INTO "points" VALUES(1,18,5.55555555555555524716e-02);
INSERT INTO "points" VALUES(1,19,5.26315789473684181309e-02);
INSERT INTO "points" VALUES(1,20,0.05);
INSERT INTO "points" VALUES(1,21,4.76190476190476164042e-02);
INSERT INTO "points" VALUES(1,22,4.5454545454545455807e-02);
INSERT INTO "points" VALUES(1,23,4.34782608695652161845e-02);
INSERT INTO "points" VALUES(1,24,4.16666666666666643537e-02);
INSERT INTO "points" VALUES(1,25,0.04);
INSERT INTO "points" VALUES(1,26,3.84615384615384636735e-02);
INSERT INTO "points" VALUES(1,27,3.7037037037037034981e-02);
INSERT INTO "points" VALUES(1,28,3.57142857142857123031e-02);
INSERT INTO "points" VALUES(1,29,3.44827586206896546938e-02);
INSERT INTO "points" VALUES(1,30,3.33333333333333328707e-02);
INSERT INTO "points" VALUES(1,31,3.22580645161290313627e-02);
INSERT INTO "points" VALUES(1,32,0.03125);
INSERT INTO "points" VALUES(1,33,3.03030303030303038713e-02);
INSERT INTO "points" VALUES(1,34,2.9411764705882352533e-02);
INSERT INTO "points" VALUES(1,35,2.85714285714285705364e-02);
INSERT INTO "points" VALUES(1,36,2.77777777777777762358e-02);
INSERT INTO "points" VALUES(1,37,2.70270270270270285273e-02);
INSERT INTO "points" VALUES(1,38,2.63157894736842090654e-02);
INSERT INTO "points" VALUES(1,39,2.5641025641025640136e-02);
INSERT INTO "points" VALUES(1,40,0.025);
CREATE TABLE rollups (
    curve_id INTEGER NOT NULL,
    level INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    step INTEGER NOT NULL,
    low FLOAT,
    high FLOAT,
    total FLOAT,
    numbers INTEGER NOT NULL,
    points INTEGER NOT NULL,
    PRIMARY KEY (curve_id, level, bucket),
    FOREIGN KEY(curve_id) REFERENCES curves (id) ON DELETE CASCADE
)
 WITHOUT ROWID
    ;
INSERT INTO "rollups" VALUES(1,1,0,15,6.66666666666666657414e-02,1.0,3.31822899322899367291e+00,15,15);
INSERT INTO "rollups" VALUES(1,1,1,31,3.22580645161290313627e-02,0.0625,7.09016202207526702316e-01,16,16);
INSERT INTO "rollups" VALUES(1,1,2,40,0.025,0.03125,2.5129784349985589964e-01,9,9);
INSERT INTO "rollups" VALUES(1,2,0,40,0.025,1.0,4.27854303893637588629e+00,40,40);
INSERT INTO "rollups" VALUES(1,3,0,40,0.025,1.0,4.27854303893637588629e+00,40,40);
INSERT INTO "rollups" VALUES(1,4,0,40,0.025,1.0,4.27854303893637588629e+00,40,40);
INSERT INTO "rollups" VALUES(1,5,0,40,0.025,1.0,4.27854303893637588629e+00,40,40);
CREATE TABLE versions (
    dataset_id VARCHAR(36) NOT NULL,
    number INTEGER NOT NULL,
    folder TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    recipe JSON NOT NULL,
    summary JSON NOT NULL,
    PRIMARY KEY (dataset_id, number),
    FOREIGN KEY(dataset_id) REFERENCES datasets (id) ON DELETE CASCADE
);
INSERT INTO "versions" VALUES('01a20a34-ca9d-73ef-afcd-2be0c7860371',1,'datasets/01a20a34-ca9d-73ef-afcd-2be0c7860371/1','digest','2026-03-01T12:00:01.000250+00:00','{"input":"text","target":"label","seed":0,"source_name":"","format":"","encoding":"","delimiter":"","medium":"text","test_name":""}','{"rows":4,"usable_rows":3,"columns":["text","label"],"classes":{"好":2,"bad":1},"split_rows":{"train":3},"lengths":[1,2,3,4,5,6],"length_histogram":[[0,3],[10,1]],"number_share":0.0,"number_range":[0.0,1.5],"han_share":0.0,"problems":[{"key":"check.empty_rows","args":{"rows":1},"level":"warning"}]}');
INSERT INTO "versions" VALUES('01a20a34-ca9d-73ef-afcd-2be0c7860371',2,'datasets/01a20a34-ca9d-73ef-afcd-2be0c7860371/2','digest','2026-03-01T12:00:02.000250+00:00','{"input":"text","target":"label","seed":0,"source_name":"","format":"","encoding":"","delimiter":"","medium":"text","test_name":""}','{"rows":4,"usable_rows":3,"columns":["text","label"],"classes":{"好":2,"bad":1},"split_rows":{"train":3},"lengths":[1,2,3,4,5,6],"length_histogram":[[0,3],[10,1]],"number_share":0.0,"number_range":[0.0,1.5],"han_share":0.0,"problems":[{"key":"check.empty_rows","args":{"rows":1},"level":"warning"}]}');
CREATE INDEX datasets_by_owner ON datasets (owner, created_at)
    ;
CREATE INDEX jobs_by_dataset ON jobs (dataset_id, dataset_version)
    ;
CREATE UNIQUE INDEX jobs_by_key ON jobs (owner, "key") WHERE key != ''
    ;
CREATE INDEX jobs_by_owner ON jobs (owner, created_at)
    ;
CREATE INDEX jobs_by_state ON jobs (state, created_at)
    ;
CREATE UNIQUE INDEX models_kept ON models (job_id) WHERE kept
    ;
COMMIT;
