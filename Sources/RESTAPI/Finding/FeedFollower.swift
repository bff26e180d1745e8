import HTTPServer
import JSON
import NIOCore
import ToolBridge

/// One live feed: everything beyond a cursor, then each change as it is committed.
struct FeedFollower: Sendable {
    private let query: FeedQuery
    private let owner: Owner
    private let sync: any SyncService
    private let signals: ChangeSignals
    private let streams: FeedStreams

    init(
        _ query: FeedQuery,
        _ owner: Owner,
        _ sync: any SyncService,
        _ signals: ChangeSignals,
        _ streams: FeedStreams
    ) {
        self.query = query
        self.owner = owner
        self.sync = sync
        self.signals = signals
        self.streams = streams
    }

    /// Returns when the stream is old enough for its client to come back; throws when the client is gone.
    func run(_ writer: any AnswerWriter) async throws {
        do {
            try await signals.following(owner) { try await follow(writer, $0) }
        } catch is CancellationError {
            // The server stops: a clean end, after which the client comes back and reads on.
        } catch let refusal as ItemError {
            switch refusal.code {
            case .internalError: throw refusal
            // It passes: the client comes back and reads on.
            case .unavailable: return
            default: try await writer.write(EventText.refusal(refusal))
            }
        }
    }

    private func follow(_ writer: any AnswerWriter, _ follower: ChangeFollower) async throws {
        let end = ContinuousClock.now + streams.age()
        var query = query
        try await writer.write(EventText.greeting)
        guard try await catchUp(&query, writer, announcing: true, before: end) else { return }
        var beat = ContinuousClock.now
        while true {
            let wake = try await follower.next()
            if wake.isChanged {
                guard try await catchUp(&query, writer, announcing: false, before: end) else { return }
                beat = .now
            }
            guard wake.isTick else { continue }
            let now = ContinuousClock.now
            if now >= end { return }
            guard now - beat >= streams.heartbeat else { continue }
            try await writer.write(EventText.heartbeat)
            beat = now
        }
    }

    /// Sends what is beyond the cursor.
    ///
    /// Nothing of it is kept: most streams are idle most of the time, and there may be thousands.
    ///
    /// - Returns: False if the stream's time is over.
    private func catchUp(
        _ query: inout FeedQuery,
        _ writer: any AnswerWriter,
        announcing: Bool,
        before end: ContinuousClock.Instant
    ) async throws -> Bool {
        while true {
            try Task.checkCancellation()
            let page = try await sync.changes(query, of: owner)
            if !page.changes.isEmpty { try await writer.write(EventText.changes(page)) }
            // Also behind changes that were passed over.
            query.cursor = page.checkpoint
            if page.hasMore {
                guard ContinuousClock.now < end else { return false }
                continue
            }
            if announcing { try await writer.write(EventText.ready(page)) }
            return true
        }
    }
}

/// The words of an event stream (WHATWG HTML, § 9.2).
enum EventText {
    /// How long a client waits before it comes back.
    static let greeting = ByteBuffer(string: "retry: 2000\n\n")
    static let heartbeat = ByteBuffer(string: ":\n\n")

    static func changes(_ page: FeedPage) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(page.changes.reduce(0) { $0 + $1.item.payload.count + 256 })
        for change in page.changes {
            var writer = JSONWriter(reserving: change.item.payload.count + 192)
            writer.change(change.item)
            buffer.writeEvent("change", id: change.cursor, writer.bytes)
        }
        return buffer
    }

    /// Everything up to now has been sent; what follows is live.
    static func ready(_ page: FeedPage) -> ByteBuffer {
        var writer = JSONWriter(reserving: 32)
        writer.object { $0.member("epoch", page.epoch) }
        var buffer = ByteBuffer()
        buffer.writeEvent("ready", id: page.checkpoint, writer.bytes)
        return buffer
    }

    /// Why the stream ends: the same words as in an error's body.
    static func refusal(_ refusal: ItemError) -> ByteBuffer {
        var writer = JSONWriter(reserving: 128)
        writer.object { Problem(refusal).write(to: &$0) }
        var buffer = ByteBuffer()
        buffer.writeEvent("refused", id: nil, writer.bytes)
        return buffer
    }
}

extension ByteBuffer {
    fileprivate mutating func writeEvent(_ name: StaticString, id: String?, _ json: [UInt8]) {
        writeStaticString("event: ")
        writeStaticString(name)
        if let id {
            writeStaticString("\nid: ")
            writeString(id)
        }
        // JSON may have line ends between its tokens only, where one is as good as another.
        for line in json.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            writeStaticString("\ndata: ")
            writeBytes(line)
        }
        writeStaticString("\n\n")
    }
}
