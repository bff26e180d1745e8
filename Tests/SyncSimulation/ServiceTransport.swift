package import ToolBridge

/// Carries an app's requests to services of this process, with the checks that the routes make before them (`rest-and-sync.md`, § 1.4).
package struct ServiceTransport: SyncTransport {
    private let service: any ItemService & SyncService
    private let owner: Owner

    package init(_ service: any ItemService & SyncService, of owner: Owner) {
        self.service = service
        self.owner = owner
    }

    package func answer(to request: SyncRequest) async -> SyncAnswer? {
        await serve(request).answer
    }

    /// - Returns: The answer, and whether it is one that was recorded before.
    func serve(_ request: SyncRequest) async -> (answer: SyncAnswer, isRecorded: Bool) {
        do throws(ItemError) {
            if case .write(let write) = request, let key = write.key { return try await serve(write, under: key) }
            return (try await outcome(of: request), false)
        } catch {
            return (.refused(error), false)
        }
    }

    private func outcome(of request: SyncRequest) async throws(ItemError) -> SyncAnswer {
        switch request {
        case .openSession:
            let opened = try await service.openSession(of: owner)
            return .session(opened.session.id, epoch: opened.session.epoch)
        case .push(let kind, let payloads, let ticket):
            try await check(ticket)
            let changes = payloads.map { bytes in
                Result { () throws(ItemError) in try Change(reading: Payload(parsing: bytes), kind) }
            }
            return .acks(try await service.push(changes, kind, epoch: ticket.epoch, of: owner).map(PushAck.init))
        case .pull(let kind, let cursor, let limit, let ticket):
            try await check(ticket)
            let page = try await service.pull(kind, cursor: cursor, limit: limit, epoch: ticket.epoch, of: owner)
            return .page(PulledPage(changes: page.items.map(PulledChange.init), hasMore: page.hasMore, checkpoint: page.checkpoint))
        case .follow(let kinds, let cursor, let limit, let ticket):
            try await check(ticket)
            let query = FeedQuery(cursor: cursor, limit: limit, kinds: kinds, epoch: ticket.epoch)
            let page = try await service.changes(query, of: owner)
            return .page(
                PulledPage(changes: page.changes.map { PulledChange($0.item) }, hasMore: page.hasMore, checkpoint: page.checkpoint)
            )
        case .wipe(let ticket):
            try await check(ticket)
            return .wiped(epoch: try await service.wipe(epoch: ticket.epoch, of: owner).state.epoch)
        case .write(let write):
            return .item(try await perform(write, WriteContext()))
        }
    }

    private func check(_ ticket: SyncTicket) async throws(ItemError) {
        do {
            _ = try await service.session(ticket.session, of: owner)
        } catch  where error.code == .sessionNotFound {
            throw .sessionInvalid
        }
    }

    private func perform(_ write: ItemWrite, _ context: WriteContext<Item>) async throws(ItemError) -> Item {
        if case .create(let payload) = write.mutation { return try await service.create(payload, write.item.kind, context, of: owner) }
        return try await service.mutate(write.item.uid, write.item.kind, write.mutation, expecting: write.condition, context, of: owner)
    }

    private func serve(_ write: ItemWrite, under key: String) async throws(ItemError) -> (answer: SyncAnswer, isRecorded: Bool) {
        let request = RepeatableRequest(key: key, fingerprint: write.fingerprint)
        if let recorded = try await service.recordedAnswer(to: request, of: owner) {
            do throws(ItemError) {
                return (try Self.read(recorded, of: write), true)
            } catch {
                return (.refused(error), true)
            }
        }
        let recording = AnswerRecording<Item>(request) { Self.record($0) }
        return (.item(try await perform(write, WriteContext(recording: recording))), false)
    }
}

// MARK: - Answers as they are kept

extension ServiceTransport {
    private static func record(_ outcome: Result<Item, ItemError>) -> RecordedAnswer {
        switch outcome {
        case .success(let item):
            let headers: [RecordedAnswer.Header] = [
                .init("version", "\(item.version)"), .init("updated", "\(item.updatedAt.milliseconds)"),
                .init("deleted", item.deletedAt.map { "\($0.milliseconds)" } ?? ""),
            ]
            return RecordedAnswer(status: 200, headers: headers, body: item.payload)
        case .failure(let refusal):
            let headers: [RecordedAnswer.Header] = [.init("code", refusal.code.rawValue)]
            return RecordedAnswer(status: refusal.code.status, headers: headers, body: Array(refusal.text.utf8))
        }
    }

    private static func read(_ answer: RecordedAnswer, of write: ItemWrite) throws(ItemError) -> SyncAnswer {
        func value(_ name: String) -> String? { answer.headers.first { $0.name == name }?.value }
        if let code = value("code") {
            guard let code = ItemError.Code(rawValue: code) else { throw ItemError(.internalError, "a record can't be read") }
            throw ItemError(code, String(decoding: answer.body, as: UTF8.self))
        }
        guard let version = value("version").flatMap({ Int64($0) }), let updated = value("updated").flatMap({ Int64($0) }) else {
            throw ItemError(.internalError, "a record can't be read")
        }
        return .item(
            Item(
                uid: write.item.uid,
                kind: write.item.kind,
                version: version,
                updatedAt: Timestamp(milliseconds: updated),
                deletedAt: value("deleted").flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) },
                payload: answer.body
            )
        )
    }
}

extension PushAck {
    init(_ outcome: PushOutcome) {
        switch outcome {
        case .kept(let uid, let version, let updatedAt):
            self.init(uid: uid, version: version, updatedAt: updatedAt)
        case .refused(let change, let refusal):
            self.init(uid: change?.uid, version: 0, updatedAt: nil, refusal: refusal)
        }
    }
}

extension ItemWrite {
    /// What makes the request what it is; small requests need no digest.
    fileprivate var fingerprint: [UInt8] {
        let condition = condition.map { "\($0)" } ?? ""
        let content: (name: String, payload: Payload?) =
            switch mutation {
            case .create(let payload): ("create", payload)
            case .replace(let payload): ("replace", payload)
            case .patch(let payload): ("patch", payload)
            case .mergePatch(let payload): ("merge", payload)
            case .delete: ("delete", nil)
            case .restore: ("restore", nil)
            case .archive: ("archive", nil)
            case .process(let action): (action.name, nil)
            }
        return Array("\(item.kind.path) \(item.uid) \(content.name) \(condition) ".utf8) + (content.payload?.bytes ?? [])
    }
}
