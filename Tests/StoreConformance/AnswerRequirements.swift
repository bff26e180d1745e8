import Testing
import ToolBridge

extension StoreRequirement {
    private struct Undone: Error {}

    static let attempts = [
        StoreRequirement("A store undoes an attempt that throws and keeps the rest of the transaction") { store in
            let owner = freshOwner()
            let kept = [sample(sequence: 1), sample(sequence: 2), sample(sequence: 3)]
            let undone = sample(sequence: 4, payload: #"{"tags":["t"]}"#)
            try await store.write(of: owner) { transaction in
                _ = try transaction.lockOwner(taking: 1)
                try transaction.put([kept[0]])
                #expect(throws: Undone.self) {
                    try transaction.attempt { transaction in
                        _ = try transaction.lockOwner(taking: 10)
                        try transaction.put([undone])
                        try transaction.add(session(of: owner))
                        throw Undone()
                    }
                }
                // One attempt within another.
                let number = try transaction.attempt { transaction in
                    try transaction.put([kept[1]])
                    #expect(throws: Undone.self) {
                        try transaction.attempt { transaction in
                            try transaction.put([undone])
                            throw Undone()
                        }
                    }
                    _ = try transaction.lockOwner(taking: 2)
                    return 7
                }
                #expect(number == 7)
                try transaction.put([kept[2]])
            }
            #expect(try await store.items(ItemQuery(.notes, limit: 10), of: owner) == kept)
            #expect(try await store.items(ItemQuery(.notes, filter: ItemFilter(tag: "t"), limit: 10), of: owner).isEmpty)
            #expect(try await store.state(of: owner)?.sequence == 3)
        },
        StoreRequirement("A store keeps nothing of an attempt whose transaction throws later") { store in
            let owner = freshOwner()
            await #expect(throws: Undone.self) {
                try await store.write(of: owner) { transaction in
                    try transaction.attempt { try $0.put([sample(sequence: 1)]) }
                    throw Undone()
                }
            }
            let left = try await store.items(ItemQuery(.notes, limit: 10), of: owner)
            #expect(left.isEmpty)
        },
        StoreRequirement("A store's transaction goes on after an attempt that the database refused") { store in
            let owner = freshOwner()
            let first = sample(sequence: 1)
            try await store.write(of: owner) { transaction in
                try transaction.put([first])
                #expect(throws: StoreError.self) { try transaction.attempt { try $0.put([sample(sequence: 2), sample(sequence: 1)]) } }
            }
            #expect(try await store.items(ItemQuery(.notes, limit: 10), of: owner) == [first])
        },
    ]

    static let answers = [
        StoreRequirement("A store gives a recorded answer back as it was, to its owner and by its name alone") { store in
            let owner = freshOwner()
            let answers = [
                sampleAnswer(""), sampleAnswer("é\u{0}\u{1}"),
                RecordedAnswer(
                    status: 409,
                    headers: [.init("ETag", "\"5\""), .init("", ""), .init("Location", "/v1/notes/é\r\n")],
                    body: Array(0...255)
                ), RecordedAnswer(status: 200, headers: [], body: [UInt8](repeating: 32, count: 1 << 20)),
            ]
            let names = ["k", "K", "e\u{301}", "é"]
            try await store.write(of: owner) { transaction in
                for (name, answer) in zip(names, answers) {
                    try transaction.record(answer, to: sampleRequest(name), at: Timestamp(milliseconds: 100))
                }
            }
            let (before, exactly) = (Timestamp(milliseconds: 99), Timestamp(milliseconds: 100))
            for (name, answer) in zip(names, answers) {
                let found = try await store.read(of: owner) { reader in
                    let known = try #require(try reader.recordedAnswer(name, after: before))
                    return known.request == sampleRequest(name) && known.answer == answer
                }
                #expect(found, "\(name)")
                #expect(try await store.read(of: owner) { try $0.recordedAnswer(name, after: exactly)?.answer } == nil)
                #expect(try await store.read(of: freshOwner()) { try $0.recordedAnswer(name, after: before)?.answer } == nil)
            }
            #expect(try await store.read(of: owner) { try $0.recordedAnswer("k2", after: before)?.answer } == nil)
        },
        StoreRequirement("A store records an answer in the place of one under the same name") { store in
            let owner = freshOwner()
            for number in 1...3 {
                let request = RepeatableRequest(key: "k", fingerprint: [UInt8(number)])
                let answer = sampleAnswer("\(number)")
                let (time, before) = (Timestamp(milliseconds: Int64(number)), Timestamp(milliseconds: Int64(number) - 1))
                let known = try await store.write(of: owner) { transaction in
                    try transaction.record(answer, to: request, at: time)
                    let known = try transaction.recordedAnswer("k", after: before)
                    return known?.request == request && known?.answer == answer
                }
                #expect(known)
            }
        },
        StoreRequirement("A store forgets old answers faster than new ones come, and no others") { store in
            let owner = freshOwner()
            // Older than what other requirements record meanwhile.
            let (old, limit) = (Timestamp(milliseconds: -1000), Timestamp(milliseconds: -10))
            let beginning = Timestamp(milliseconds: .min)
            try await store.write(of: owner) { transaction in
                for number in 0..<50 { try transaction.record(sampleAnswer("old"), to: sampleRequest("old\(number)"), at: old) }
            }
            for number in 0..<50 {
                try await store.write(of: owner) { transaction in
                    try transaction.forgetAnswers(recordedBy: limit)
                    let time = Timestamp(milliseconds: -5)
                    try transaction.record(sampleAnswer("new"), to: sampleRequest("new\(number)"), at: time)
                }
            }
            let (olds, news) = try await store.read(of: owner) { reader in
                let olds = try (0..<50).filter { try reader.recordedAnswer("old\($0)", after: beginning) != nil }
                return (olds, try (0..<50).filter { try reader.recordedAnswer("new\($0)", after: beginning) != nil })
            }
            #expect(olds.isEmpty && news.count == 50)
        },
    ]
}

func sampleRequest(_ name: String) -> RepeatableRequest {
    RepeatableRequest(key: name, fingerprint: Array(name.utf8) + [0, 255])
}

func sampleAnswer(_ text: String) -> RecordedAnswer {
    RecordedAnswer(status: 201, headers: [.init("X-Text", text)], body: Array(text.utf8))
}
