import JSON
import MCP
import ToolBridge

/// One element of a batch, read member by member; what is wrong is that element's error alone.
struct BatchElement {
    private let value: JSONValue
    /// Where it stands in the list.
    private let index: Int

    init(_ value: JSONValue, at index: Int) {
        self.value = value
        self.index = index
    }

    var kind: ItemKind {
        get throws(ItemError) {
            guard value.kind == .object else { throw fault("", "must be an object with kind and its other members") }
            guard let argument = value["kind"], !argument.isNull else { throw fault("kind", "is missing: \(ItemKind.oneOfNames)") }
            guard let kind = argument.string.flatMap({ ItemKind(named: $0) }) else { throw fault("kind", "must be \(ItemKind.oneOfNames)") }
            return kind
        }
    }

    /// The kind of what is meant, if that can be read.
    var anyKind: ItemKind? { (try? kind) ?? (try? reference)?.kind }

    /// The item that is meant: `{"kind", "uid"}`, `{"id"}` or the id alone.
    var reference: ItemReference {
        get throws(ItemError) {
            if let text = value.string {
                guard let reference = ItemReference(id: text) else { throw fault("", Self.anyReference) }
                return reference
            }
            guard value.kind == .object else { throw fault("", Self.anyReference) }
            // Either member may hold either form.
            let texts = [value["uid"]?.string, value["id"]?.string].compactMap(\.self).filter { !$0.isEmpty }
            let named = try value["kind"].map(\.isNull) == false ? kind : nil
            for text in texts {
                if let reference = ItemReference(id: text) {
                    guard named == nil || named == reference.kind else {
                        throw fault("kind", "is \(named?.path ?? ""), but the id is of \(reference.kind.path)")
                    }
                    return reference
                }
                if let uid = UID(text), let named { return ItemReference(named, uid) }
            }
            guard !texts.isEmpty else { throw fault("uid", "is missing") }
            guard texts.contains(where: { UID($0) != nil }) else { throw fault("uid", "must be a UUID, or an id such as notes/<uid>") }
            throw fault("kind", "is missing: \(ItemKind.oneOfNames)")
        }
    }

    /// An object, as it is or as JSON in a string.
    ///
    /// - Parameter names: Its name, and others that are taken for it.
    func payload(_ names: String...) throws(ItemError) -> Payload {
        for name in names {
            guard let argument = value[name], !argument.isNull else { continue }
            do {
                return try Payload(checking: try Parameter<JSONValue>.object(name, "").read(argument))
            } catch let error as ArgumentError {
                throw fault(error)
            } catch {
                throw ItemError(error)
            }
        }
        throw fault(names.first ?? "", "is missing: an object with the item's fields")
    }

    /// Whether it is there and true.
    func flag(_ name: String) throws(ItemError) -> Bool {
        guard let argument = value[name], !argument.isNull else { return false }
        return try read(.boolean(name, ""), argument)
    }

    /// The version that is meant, if any.
    ///
    /// Its name counts in any spelling, such as `ifMatch` of the REST API: passed over, it would let older changes overwrite newer ones.
    var condition: VersionCondition? {
        get throws(ItemError) {
            guard value.kind == .object, let argument = value.members.first(where: { $0.isCondition && !$0.value.isNull })?.value else {
                return nil
            }
            return .exactly(Int64(try read(.integer("if_match", "", in: 1...Int.max), argument)))
        }
    }

    /// One of the kind's actions; `archive` and `restore` are ones of every kind.
    func action(of kind: ItemKind) throws(ItemError) -> Mutation {
        guard let name = value["action"]?.string else {
            throw fault("action", "is missing: one of \(kind.actionNames.joined(separator: ", "))")
        }
        if let action = kind.actions.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return .process(action) }
        if name.utf8.elementsEqual("archive".utf8) { return .archive }
        if name.utf8.elementsEqual("restore".utf8) { return .restore }
        throw .invalidAction(name, of: kind)
    }

    private func read<Value>(_ parameter: Parameter<Value>, _ argument: JSONValue) throws(ItemError) -> Value {
        do {
            return try parameter.read(argument)
        } catch {
            throw fault(error)
        }
    }

    private func fault(_ error: ArgumentError) -> ItemError {
        .invalidRequest(field: "/items/\(index)/\(error.parameter)", error.message)
    }

    private func fault(_ name: String, _ text: String) -> ItemError {
        name.isEmpty ? .invalidRequest(field: "/items/\(index)", text) : fault(ArgumentError(name, text))
    }

    private static let anyReference = "must be an object with kind and uid, or an id such as notes/<uid>"
}

extension ItemKind {
    /// What `process_items` does to an item of this kind.
    var actionNames: [String] {
        let names = actions.map(\.name)
        return (names.contains("archive") ? names : names + ["archive"]) + ["restore"]
    }
}

extension JSONValue.Member {
    /// Whether it is called `if_match`, `ifMatch` or the like.
    fileprivate var isCondition: Bool {
        key.utf8.count <= 16 && key.utf8.lazy.map { $0 | 0x20 }.filter { (0x61...0x7A).contains($0) }.elementsEqual("ifmatch".utf8)
    }
}
