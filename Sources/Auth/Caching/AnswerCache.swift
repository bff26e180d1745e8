import Synchronization

/// Remembers what a provider answered, for a while, and for longer when it can't be asked.
///
/// One question is asked once at a time, however many want its answer. The age of an answer counts from the moment at which the question was
/// asked, so that no answer is believed for longer than it lives.
final class AnswerCache<Key: Hashable & Sendable, Answer: Sendable>: Sendable {
    /// How long answers are believed.
    struct Lives: Sendable {
        var positive = Duration.seconds(60)
        var negative = Duration.seconds(15)
        /// While the provider fails.
        var atMost = Duration.seconds(15 * 60)
        /// After a failure an answer that is known is used for so long before the provider is asked again.
        var pause = Duration.seconds(5)
    }

    private let answers: ExpiringCache<Key, Answer>
    private let flights = SingleFlight<Key, Result<Answer, MembershipFault>>()
    private let lives: Lives
    private let now: @Sendable () -> ContinuousClock.Instant
    private let isPositive: @Sendable (Answer) -> Bool
    private let hitCount = Atomic(0)
    private let missCount = Atomic(0)

    init(
        capacity: Int,
        lives: Lives = Lives(),
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        isPositive: @escaping @Sendable (Answer) -> Bool
    ) {
        answers = ExpiringCache(capacity: capacity)
        self.lives = lives
        self.now = now
        self.isPositive = isPositive
    }

    /// The answer that is known, else the one that asking gives.
    ///
    /// - Throws: The fault of asking, where no answer is known that is young enough.
    func answer(
        for key: Key,
        asking ask: @escaping @Sendable () async -> Result<Answer, MembershipFault>
    ) async throws(MembershipFault) -> Answer {
        if let known = answers.value(for: key, at: now()) {
            hitCount.wrappingAdd(1, ordering: .relaxed)
            return known
        }
        missCount.wrappingAdd(1, ordering: .relaxed)
        return try await flights.value(for: key) { [self] in await fetched(key, ask) }.get()
    }

    var count: Int { answers.count }

    /// How often an answer was known, how often not, and how many went for want of room.
    var figures: (hits: Int, misses: Int, evictions: Int) {
        (hitCount.load(ordering: .relaxed), missCount.load(ordering: .relaxed), answers.evictions)
    }

    private func fetched(_ key: Key, _ ask: @Sendable () async -> Result<Answer, MembershipFault>) async -> Result<Answer, MembershipFault>
    {
        let begin = now()
        // Another flight may have landed since the caller looked.
        if let known = answers.value(for: key, at: begin) { return .success(known) }
        let result = await ask()
        switch result {
        case .success(let answer):
            answers.set(answer, for: key, until: begin + (isPositive(answer) ? lives.positive : lives.negative), at: begin)
        case .failure:
            let now = now()
            guard let last = answers.entry(for: key), last.stored + lives.atMost > now else { break }
            answers.set(last.value, for: key, until: min(now + lives.pause, last.stored + lives.atMost), at: last.stored)
            return .success(last.value)
        }
        return result
    }
}
