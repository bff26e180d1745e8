import Synchronization

/// Whether the program can work: what its checks said within the last second.
///
/// Everything that tells it asks here, so that however many ask, a check runs once a second at most.
package final class Readiness: Sendable {
    /// One thing that must be right.
    package struct Check: Sendable {
        let name: StaticString
        let run: @Sendable () async throws -> Void

        /// - Parameter run: Throws what is wrong.
        package init(_ name: StaticString, _ run: @escaping @Sendable () async throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// What a check said.
    package struct Finding: Sendable {
        package let name: StaticString
        package let isOK: Bool
        /// When it began.
        package let at: ContinuousClock.Instant
        package let duration: Duration
        /// The type of the error that it met last, now or before; never its text.
        package let lastError: String?
    }

    private enum Phase: UInt8, AtomicRepresentable {
        case starting, serving, draining
    }

    private struct Known {
        var findings: [Finding]?
        var at: ContinuousClock.Instant
        var isAsking = false
    }

    private let checks: [Check]
    private let known = Mutex(Known(at: .now))
    private let phase = Atomic(Phase.starting)

    package init(_ checks: [Check]) {
        self.checks = checks
    }

    /// Connections are accepted.
    func begin() {
        phase.store(.serving, ordering: .relaxed)
    }

    /// Soon they won't be any more.
    func drain() {
        phase.store(.draining, ordering: .relaxed)
    }

    package var isServing: Bool { phase.load(ordering: .relaxed) == .serving }

    /// While one request asks, the others take what was known before.
    package func findings() async -> [Finding] {
        let (fresh, before) = known.withLock { known -> ([Finding]?, [Finding]?) in
            // A check that hangs is no "ready": after a while the others wait with the one who asked.
            if let findings = known.findings, .now - known.at < (known.isAsking ? .seconds(5) : .seconds(1)) { return (findings, nil) }
            known.isAsking = true
            return (nil, known.findings)
        }
        if let fresh { return fresh }
        var findings: [Finding] = []
        for (index, check) in checks.enumerated() { findings.append(await finding(check, before: before?[index].lastError)) }
        known.withLock { $0 = Known(findings: findings, at: .now) }
        return findings
    }

    private func finding(_ check: Check, before: String?) async -> Finding {
        let begin = ContinuousClock.now
        do {
            try await check.run()
            return Finding(name: check.name, isOK: true, at: begin, duration: .now - begin, lastError: before)
        } catch {
            return Finding(name: check.name, isOK: false, at: begin, duration: .now - begin, lastError: "\(type(of: error as Any))")
        }
    }
}
