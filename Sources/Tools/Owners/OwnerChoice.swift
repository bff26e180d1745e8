package import ToolBridge

/// Thrown in place of an owner's items where the caller has to choose one first: whoever belongs to several organizations.
///
/// Tools ask for the choice and go on with it; everything else tells how to make it.
package struct OwnerChoice: Error, Sendable {
    /// One of those among which is chosen.
    package struct Option: Sendable {
        package let id: String
        /// As people know it.
        package let name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// Two or more.
    package let options: [Option]
    let choose: @Sendable (_ id: String) throws -> OwnedItems

    /// - Parameter choose: Remembers the choice, of one of the options, and gives the items of the owner that it means.
    package init(_ options: [Option], choose: @escaping @Sendable (_ id: String) throws -> OwnedItems) {
        self.options = options
        self.choose = choose
    }
}
