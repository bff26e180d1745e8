/// One setting: where it comes from, what it may be, and how it is read.
///
/// The list of all is ``Settings``.
struct Setting<Value: Sendable>: Sendable {
    /// The environment variable.
    let name: String
    /// A secret is never part of an error or a log line, and can also be given as the path of a file in `NAME_FILE`.
    let isSecret: Bool
    /// What stands where nothing is set, for people.
    let fallback: String
    /// What it means, for people.
    let meaning: String
    /// `nil` where the text isn't a value of this setting.
    let parse: @Sendable (String) -> Value?
    /// What a text must be, for the error: "must be …".
    let form: String

    init(
        _ name: String,
        isSecret: Bool = false,
        default fallback: String,
        _ meaning: String,
        form: String,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.name = name
        self.isSecret = isSecret
        self.fallback = fallback
        self.meaning = meaning
        self.form = form
        self.parse = parse
    }
}
