/// The fewest arguments with which a tool works.
enum MinimalArguments {
    static let uid = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"

    /// - Parameter member: Takes the place of the member of the same name.
    static func of(_ tool: String, _ member: String? = nil) -> String {
        var members = members(tool)
        if let member {
            let key = member.prefix { $0 != ":" }
            members = members.map { $0.hasPrefix(key) ? member : $0 }
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private static func members(_ tool: String) -> [String] {
        let (id, title, content) = (#""uid":"\#(uid)""#, #""title":"t""#, #""content":"c""#)
        switch tool {
        case "create_note": return [title, content]
        case "create_task", "create_chat": return [title]
        case "create_comment": return [content, #""parent_type":"note""#, #""parent_uid":"\#(uid)""#]
        case "create_chat_message": return [#""chat_uid":"\#(uid)""#, content]
        case "update_note": return [id, title, content]
        case "update_task", "update_chat": return [id, title]
        case "update_comment", "update_chat_message": return [id, content]
        case "process_note": return [id, #""action":"pin""#]
        case "process_task", "process_comment", "process_chat": return [id, #""action":"reopen""#]
        case "process_chat_message": return [id, #""action":"mark_read""#]
        case _ where tool.hasPrefix("list_") || tool == "health_check": return []
        case _ where tool.hasPrefix("patch_"): return [id, #""updates":{"a":1}"#]
        default: return [id]
        }
    }
}
