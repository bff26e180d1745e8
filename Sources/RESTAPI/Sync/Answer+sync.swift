import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

extension Answer {
    /// One acknowledgement for each item of a push, in order.
    static func acknowledgements(of outcomes: [PushOutcome], to push: PushRequest) -> Answer {
        var writer = JSONWriter(reserving: 128 * outcomes.count + 2)
        writer.array { writer in
            for (outcome, item) in zip(outcomes, push.items) {
                switch outcome {
                case .kept(let uid, let version, let updatedAt):
                    writer.object { writer in
                        writer.member("uid", uid.description)
                        writer.member("version", version)
                        writer.member("updatedAt", updatedAt.description)
                    }
                case .refused(_, let refusal):
                    writer.refusal(refusal, of: PushedClaim(item))
                }
            }
        }
        return .json(.ok, writer.bytes)
    }

    /// Live items come as bare payloads, byte for byte as they are stored.
    static func pull(_ page: PullPage) -> Answer {
        var writer = JSONWriter(reserving: page.items.reduce(256) { $0 + ($1.deletedAt == nil ? $1.payload.count + 1 : 96) })
        writer.object { writer in
            writer.key("upserts")
            writer.array { writer in
                for item in page.items where item.deletedAt == nil { writer.raw(item.payload) }
            }
            writer.key("deletes")
            writer.array { writer in
                for item in page.items {
                    guard let deletedAt = item.deletedAt else { continue }
                    writer.object { writer in
                        writer.member("deletedAt", deletedAt.description)
                        writer.member("uid", item.uid.description)
                    }
                }
            }
            if let cursor = page.nextCursor { writer.member("nextCursor", cursor) }
            writer.member("hasMore", page.hasMore)
            writer.member("checkpoint", page.checkpoint)
        }
        return .json(.ok, writer.bytes)
    }

    static func session(_ opened: OpenedSession, _ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Answer {
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            writer.member("id", opened.session.id.description)
            writer.member("userId", opened.state.id.description)
            writer.member("createdAt", opened.session.createdAt.description)
            writer.member("expiresAt", opened.session.expiresAt.description)
            writer.member("epoch", opened.session.epoch)
        }
        return .json(status, writer.bytes, headers: headers)
    }

    /// - Parameter state: `nil` before the owner's first write.
    static func state(_ state: OwnerState?) -> Answer {
        var writer = JSONWriter(reserving: 128)
        writer.object { writer in
            writer.member("epoch", state?.epoch ?? 1)
            if let state, let lastWipeAt = state.lastWipeAt {
                writer.member("lastWipeAt", lastWipeAt.description)
                // Only an owner wipes its own data.
                writer.member("lastWipeBy", state.id.description)
            }
        }
        return .json(.ok, writer.bytes)
    }

    static func wipe(_ outcome: WipeOutcome) -> Answer {
        var writer = JSONWriter(reserving: 192)
        writer.object { writer in
            writer.member("epoch", outcome.state.epoch)
            writer.key("deleted")
            writer.object { writer in
                for kind in ItemKind.wipeOrder {
                    writer.key(escaping: kind.singular)
                    writer.integer(outcome.deleted[kind] ?? 0)
                }
            }
        }
        return .json(.ok, writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func refusal(_ refusal: ItemError, of claim: PushedClaim) {
        // An error that names no field is one of the whole item.
        var field = ""
        for detail in refusal.details {
            if detail.name == .field, case .string(let pointer) = detail.value { field = pointer }
        }
        beginObject()
        member("uid", claim.uid)
        member("version", claim.version)
        member("updatedAt", claim.updatedAt)
        member("error", refusal.text)
        member("code", refusal.code.rawValue)
        member("field", field)
        endObject()
    }
}
