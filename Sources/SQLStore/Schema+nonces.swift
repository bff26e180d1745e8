/// Nonces that have been used.
extension Schema {
    static func nonces(_ words: SQLDialect) -> [String] {
        [
            #"""
            CREATE TABLE tenant_nonce (
              key_id \#(words.bytes) NOT NULL,
              tenant \#(words.bytes) NOT NULL,
              nonce \#(words.bytes) NOT NULL,
              ends_at \#(words.integer) NOT NULL,
              PRIMARY KEY (key_id, tenant, nonce)
            )\#(words.keyTableOptions)
            """#,
            #"CREATE INDEX tenant_nonce_end ON tenant_nonce (ends_at)"#,
        ]
    }
}

extension Statements {
    /// One row if the nonce is new, or if what is remembered of it has ended; none if it is known.
    package static let rememberNonce = SQLStatement(
        #"""
        INSERT INTO tenant_nonce (key_id, tenant, nonce, ends_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (key_id, tenant, nonce) DO UPDATE SET ends_at = excluded.ends_at WHERE tenant_nonce.ends_at < $5
        RETURNING 1
        """#
    )

    /// A few at a time: more than one is remembered meanwhile, so that they don't become more, and never so many that a write has to wait.
    package static let forgetNonces = SQLStatement(
        #"""
        DELETE FROM tenant_nonce WHERE (key_id, tenant, nonce) IN (
          SELECT key_id, tenant, nonce FROM tenant_nonce WHERE ends_at < $1 ORDER BY ends_at LIMIT 8
        )
        """#
    )

    /// How many there are, as far as it matters.
    package static let countNonces = SQLStatement(
        #"""
        SELECT COUNT(*) FROM (SELECT 1 FROM tenant_nonce LIMIT $1) AS nonces
        """#
    )
}
