/// What a check has to say, before it is known how long it took.
struct Finding: Sendable {
    let status: CheckStatus
    let detail: String
    let fix: String?

    static func ok(_ detail: String) -> Finding { Finding(status: .ok, detail: detail, fix: nil) }
    static func warn(_ detail: String, fix: String) -> Finding { Finding(status: .warn, detail: detail, fix: fix) }
    static func fail(_ detail: String, fix: String) -> Finding { Finding(status: .fail, detail: detail, fix: fix) }
    static func skip(_ why: String) -> Finding { Finding(status: .skip, detail: why, fix: nil) }
    static func manual(_ step: String) -> Finding { Finding(status: .manual, detail: step, fix: nil) }
}
