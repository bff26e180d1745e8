/// Why the program doesn't start: one line that says what to set.
package struct StartFault: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
