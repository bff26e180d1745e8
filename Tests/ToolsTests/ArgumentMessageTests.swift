import MCP
import Testing
import ToolBridge
import Tools

/// What a model reads of an argument that isn't taken.
@Suite struct ArgumentMessageTests {
    private static let uid = MinimalArguments.uid

    /// The whole texts: which argument, what would be right, and what came instead.
    @Test func whatIsWrongWithAnArgumentIsSaidInFull() async throws {
        let box = ToolBox(CountingService())
        let uid = #""uid":"\#(Self.uid)""#
        for (tool, arguments, message) in [
            ("get_note", "{}", "uid is missing, but required"),
            ("get_note", #"{"uid":"Shopping\u202elist"}"#, #"uid must be a UUID, as results have it in uid, not "Shopping\u{202E}list""#),
            ("get_note", #"{"uid":null}"#, "uid must be a UUID, as results have it in uid, not null"),
            ("get_note", #"{"uid":[7]}"#, "uid must be a UUID, as results have it in uid, not an array"),
            ("get_note", #"{"uid":7}"#, "uid must be a UUID, as results have it in uid, not a number"),
            ("get_note", #"{"id":"x"}"#, "unknown parameter 'id'; did you mean 'uid'? known are: uid, include_deleted"),
            ("get_note", #"{\#(uid),"include_deleted":"yes"}"#, "include_deleted must be true or false, not 'yes'"),
            ("get_note", #"{\#(uid),"include_deleted":1}"#, "include_deleted must be true or false, not a number"),
            ("list_notes", #"{"limit":0}"#, "limit must be an integer from 1 to 1000, not 0"),
            ("list_notes", #"{"limit":"many"}"#, #"limit must be an integer from 1 to 1000, not "many""#),
            ("list_notes", #"{"cursor":5}"#, "cursor must be a string, not a number"),
            ("update_note", #"{\#(uid),"title":"t","content":"c","if_match":0}"#, "if_match must be an integer of at least 1, not 0"),
            ("create_task", #"{"title":7}"#, "title must be a string, not a number"),
            ("create_task", #"{"title":"t","tags":"a, b"}"#, "Invalid JSON string for tags: "),
            ("create_task", #"{"title":"t","tags":[1]}"#, "tags must hold only strings, not a number"),
            ("create_task", #"{"title":"t","additional_fields":[1]}"#, "additional_fields must be an object, not an array"),
            (
                "create_comment", MinimalArguments.of("create_comment", #""parent_type":"chat""#),
                "parent_type must be one of note, task, not 'chat'"
            ),
            ("process_task", #"{\#(uid),"action":"finish"}"#, #"action must be one of start, complete, reopen, not "finish""#),
            ("process_task", #"{\#(uid),"action":true}"#, "action must be one of start, complete, reopen, not a boolean"),
            ("health_check", #"{"verbose":true}"#, "unknown parameter 'verbose'; this tool takes none"),
        ] {
            let found = try await box.argumentError(tool, arguments)?.message ?? "taken"
            #expect(message.hasSuffix(": ") ? found.hasPrefix(message) : found == message, "\(tool) \(arguments)")
        }
    }
}
