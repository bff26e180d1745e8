/// Answers that are kept, so that they can be given again.
extension Schema {
    static func answers(_ words: SQLDialect) -> [String] {
        [
            #"""
            CREATE TABLE recorded_answer (
              tenant \#(words.text) NOT NULL,
              subject \#(words.text) NOT NULL,
              name \#(words.text) NOT NULL,
              fingerprint \#(words.bytes) NOT NULL,
              status \#(words.integer) NOT NULL,
              headers \#(words.bytes) NOT NULL,
              body \#(words.bytes) NOT NULL,
              recorded_at \#(words.integer) NOT NULL,
              PRIMARY KEY (tenant, subject, name)
            )\#(words.tableOptions)
            """#,
            #"CREATE INDEX recorded_answer_time ON recorded_answer (recorded_at)"#,
        ]
    }
}

extension Statements {
    package static let recordedAnswer = SQLStatement(
        #"""
        SELECT fingerprint, status, headers, body FROM recorded_answer
        WHERE tenant = $1 AND subject = $2 AND name = $3 AND recorded_at > $4
        """#
    )

    package static let recordAnswer = SQLStatement(
        #"""
        INSERT INTO recorded_answer (tenant, subject, name, fingerprint, status, headers, body, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (tenant, subject, name) DO UPDATE SET
          fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, body = excluded.body,
          recorded_at = excluded.recorded_at
        """#
    )

    package static let deleteAnswers = SQLStatement(
        #"""
        DELETE FROM recorded_answer WHERE tenant = $1 AND subject = $2
        """#
    )

    /// A few at a time: more than one is recorded meanwhile, so that they don't become more, and never so many that a write has to wait.
    package static let forgetAnswers = SQLStatement(
        #"""
        DELETE FROM recorded_answer WHERE (tenant, subject, name) IN (
          SELECT tenant, subject, name FROM recorded_answer WHERE recorded_at <= $1 ORDER BY recorded_at LIMIT 8
        )
        """#
    )
}
