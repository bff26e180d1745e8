/// Why the program doesn't start: one line that says what to set.
struct StartFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
