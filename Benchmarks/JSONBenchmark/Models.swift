/// The request as structs, for the coders.
struct ToolCall: Codable {
    struct Parameters: Codable {
        let name: String
        let arguments: Arguments
        let _meta: [String: String]
    }
    struct Arguments: Codable {
        let title: String
        let content: String
        let tags: [String]
        let pinned: Bool
        let priority: Int
        let weight: Double
        let dueAt: Int64
        let parent: String?
    }
    let jsonrpc: String
    let id: Int
    let method: String
    let params: Parameters
}

/// The page as structs, for the coders.
struct PullPage: Codable {
    struct Item: Codable {
        let uid: String
        let updatedAt: Int64
        let version: Int
        let payload: Payload
    }
    struct Payload: Codable {
        let title: String
        let content: String
        let tags: [String]
        let pinned: Bool
        let color: String?
        let weight: Double
        let createdAt: Int64
        let notebook: String
        let position: Int
        let source: String
    }
    let upserts: [Item]
    let deletes: [String]
    let nextCursor: String
    let hasMore: Bool
}

/// Any JSON, as it is usually written with `Codable`.
enum AnyJSON: Codable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([AnyJSON])
    case object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([AnyJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: AnyJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
