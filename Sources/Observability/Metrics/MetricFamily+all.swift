/// The table of all families.
extension MetricFamily {
    /// In the order in which they are exposed.
    package static let all: [MetricFamily] = [
        buildInfo, processCPU, processMemory, processStart, processDescriptors, processDescriptorLimit,
        httpRequests, httpDuration, httpInFlight, httpConnections, httpBody, httpRejected,
        sseStreams, sseEvents, sseClosed,
        mcpRequests, toolCalls, toolDuration,
        authDecisions, hmacVerifications, hmacLastUsed, jwksFetches, jwksAge,
        workOSRequests, workOSDuration, membershipEntries, membershipHits, membershipMisses, tokenExchange,
        upstreamRequests, upstreamDuration, rateLimited,
        poolConnections, poolWaiters, storeWait, storeQueries, storeDuration, storeReconnects, storeUp,
        sqliteCommits, sqliteLog, sqliteBatch, sqliteSync,
        syncItems, syncClamped, syncEpochs, idempotentReplays,
        cacheEntries, cacheEvictions,
        auditEvents, auditFailures, logEvents, logDropped, spansDropped, traceExports,
        clockJumps, drainSeconds, ready,
    ]

    // MARK: The process

    package static let buildInfo = gauge("tb_build_info", "version", "commit", "role", "store", help: "Which program runs; always 1.")
    package static let processCPU = counter("process_cpu_seconds_total", help: "Processor time used, in seconds.")
    package static let processMemory = gauge("process_resident_memory_bytes", help: "Memory in use, in bytes.")
    package static let processStart = gauge("process_start_time_seconds", help: "When the process began, in seconds since 1970.")
    package static let processDescriptors = gauge("process_open_fds", help: "Open file descriptors.")
    package static let processDescriptorLimit = gauge("process_max_fds", help: "How many file descriptors there may be.")

    // MARK: HTTP

    package static let httpRequests = counter(
        "tb_http_requests_total",
        "route",
        "method",
        "code",
        help: "Requests that were answered; a stream counts when it opens, a request that no route takes under other."
    )
    package static let httpDuration = histogram(
        "tb_http_request_duration_seconds",
        "route",
        "method",
        help: "From a request's last byte to its answer; of a stream, to its beginning."
    )
    package static let httpInFlight = gauge(
        "tb_http_requests_in_flight",
        help: "Requests that wait for their answer; open streams aren't among them."
    )
    package static let httpConnections = gauge("tb_http_connections", help: "Open connections.")
    package static let httpBody = histogram(
        "tb_http_request_body_bytes",
        "route",
        of: .bytes,
        help: "Sizes of request bodies, where there is one."
    )
    package static let httpRejected = counter(
        "tb_http_rejected_total",
        "reason",
        help: "Requests refused by the rules of HTTP, before anything looked at what they want."
    )
    package static let sseStreams = gauge("tb_sse_streams", "kind", help: "Open event streams.")
    package static let sseEvents = counter("tb_sse_events_total", "kind", help: "What was written to event streams, heartbeats included.")
    package static let sseClosed = counter("tb_sse_closed_total", "kind", "reason", help: "Event streams that ended, and why.")

    // MARK: MCP

    package static let mcpRequests = counter("tb_mcp_requests_total", "method", "era", "outcome", help: "MCP requests.")
    package static let toolCalls = counter("tb_mcp_tool_calls_total", "tool", "outcome", help: "Calls of tools.")
    package static let toolDuration = histogram("tb_mcp_tool_duration_seconds", "tool", help: "How long calls of tools took.")

    // MARK: Who calls

    package static let authDecisions = counter(
        "tb_auth_decisions_total",
        "profile",
        "outcome",
        "reason",
        help: "Requests to routes that ask who calls, and what was decided."
    )
    package static let hmacVerifications = counter(
        "tb_hmac_verifications_total",
        "version",
        "key",
        "outcome",
        in: [.serve],
        help: "Tenant signatures that were looked at; a key that proved nothing is other."
    )
    package static let hmacLastUsed = gauge(
        "tb_hmac_key_last_used_timestamp_seconds",
        "key",
        in: [.serve],
        help: "When a key last proved a tenant, in seconds since 1970."
    )
    package static let jwksFetches = counter("tb_jwks_fetches_total", "issuer", "outcome", help: "Fetches of an issuer's key set.")
    package static let jwksAge = gauge(
        "tb_jwks_age_seconds",
        "issuer",
        help: "Time since the key set was last fetched; before that, since the start."
    )
    package static let workOSRequests = counter(
        "tb_workos_requests_total",
        "op",
        "code",
        in: [.serve],
        help: "Requests to WorkOS; code 0 is no answer."
    )
    package static let workOSDuration = histogram(
        "tb_workos_request_duration_seconds",
        "op",
        in: [.serve],
        help: "How long requests to WorkOS took."
    )
    package static let membershipEntries = gauge("tb_membership_cache_entries", in: [.serve], help: "Answers of WorkOS that are kept.")
    package static let membershipHits = counter("tb_membership_cache_hits_total", in: [.serve], help: "Memberships that were known.")
    package static let membershipMisses = counter(
        "tb_membership_cache_misses_total",
        in: [.serve],
        help: "Memberships that had to be asked for."
    )
    package static let tokenExchange = counter("tb_token_exchange_total", "outcome", in: [.serve], help: "Exchanges of tokens.")
    package static let upstreamRequests = counter(
        "tb_upstream_requests_total",
        "op",
        "code",
        in: [.mcp],
        help: "Requests to the API; a code that is a word is a fault."
    )
    package static let upstreamDuration = histogram(
        "tb_upstream_request_duration_seconds",
        "op",
        in: [.mcp],
        help: "How long requests to the API took."
    )
    package static let rateLimited = counter("tb_rate_limited_total", "bucket", help: "Requests refused by a rate limit.")

    // MARK: The store

    package static let poolConnections = gauge("tb_db_pool_connections", "state", in: [.serve], help: "Connections that read.")
    package static let poolWaiters = gauge("tb_db_pool_waiters", in: [.serve], help: "Callers that wait for a connection.")
    package static let storeWait = histogram(
        "tb_db_wait_seconds",
        in: [.serve],
        help: "How long callers waited for a connection, those that had to."
    )
    package static let storeQueries = counter("tb_db_queries_total", "op", "outcome", in: [.serve], help: "Transactions.")
    package static let storeDuration = histogram(
        "tb_db_query_duration_seconds",
        "op",
        in: [.serve],
        help: "How long transactions took, from the call to the result; of a write, to its commit."
    )
    package static let storeReconnects = counter(
        "tb_db_reconnects_total",
        in: [.serve],
        help: "Connections that were replaced after a fault."
    )
    package static let storeUp = gauge("tb_db_up", in: [.serve], help: "Whether the database answers.")
    package static let sqliteCommits = counter("tb_sqlite_commits_total", in: [.serve], help: "Transactions that were committed.")
    package static let sqliteLog = gauge("tb_sqlite_wal_bytes", in: [.serve], help: "Size of the write-ahead log's file.")
    package static let sqliteBatch = histogram(
        "tb_sqlite_batch_size",
        of: .writes,
        in: [.serve],
        help: "Writes that were committed together."
    )
    package static let sqliteSync = histogram("tb_sqlite_sync_seconds", in: [.serve], help: "How long commits waited for the disk.")
    package static let syncItems = counter(
        "tb_sync_items_total",
        "entity",
        "direction",
        "outcome",
        in: [.serve],
        help: "Items that sync brought or took."
    )
    package static let syncClamped = counter(
        "tb_sync_clock_clamped_total",
        in: [.serve],
        help: "Times of clients that lay in the future and were cut."
    )
    package static let syncEpochs = counter("tb_sync_epoch_mismatch_total", in: [.serve], help: "Requests from before a wipe.")
    package static let idempotentReplays = counter(
        "tb_idempotent_replays_total",
        in: [.serve],
        help: "Writes that were repeated and answered as before."
    )

    // MARK: The rest

    package static let cacheEntries = gauge("tb_cache_entries", "cache", help: "Entries of a bounded table.")
    package static let cacheEvictions = counter("tb_cache_evictions_total", "cache", help: "Entries that went because there was no room.")
    package static let auditEvents = counter(
        "tb_audit_events_total",
        "action",
        in: [.serve],
        help: "Events of the audit log; this version writes none."
    )
    package static let auditFailures = counter(
        "tb_audit_failures_total",
        in: [.serve],
        help: "Audit events that couldn't be written; this version writes none."
    )
    package static let logEvents = counter("tb_log_events_total", "level", help: "Log lines.")
    package static let logDropped = counter("tb_log_dropped_total", help: "Log lines for which there was no room.")
    package static let spansDropped = counter(
        "tb_trace_spans_dropped_total",
        help: "Spans for which there was no room; this version exports none."
    )
    package static let traceExports = counter("tb_trace_exports_total", "outcome", help: "Exports of traces; this version exports none.")
    package static let clockJumps = counter("tb_clock_jumps_total", help: "Jumps of the wall clock by more than 5 s.")
    package static let drainSeconds = gauge("tb_shutdown_drain_seconds", help: "How long the drain took; 0 before.")
    package static let ready = gauge("tb_ready", help: "Whether the program can work: 0 or 1.")
}
