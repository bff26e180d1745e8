import JSON

/// Groups of the public suite that are refused when they are compiled, all for one reason.
struct SuiteRefusal {
    let file: String
    let reason: JSONSchemaError.Reason
    let why: String
    let groups: Set<String>
}

/// What of the public suite is refused, and why; the tests fail if a line is missing or no longer true.
enum SuiteTable {
    static let required: [SuiteRefusal] = [
        SuiteRefusal(
            file: "anchor.json",
            reason: .unsupportedKeyword,
            why: "gives a subschema an identifier of its own",
            groups: [
                "Location-independent identifier with absolute URI",
                "Location-independent identifier with base URI change in subschema",
                "same $anchor with different base uri",
            ]
        ),
        SuiteRefusal(
            file: "defs.json",
            reason: .remoteReference,
            why: "refers to a document that would have to be fetched",
            groups: [
                "validate definition against metaschema"
            ]
        ),
        SuiteRefusal(
            file: "dynamicRef.json",
            reason: .remoteReference,
            why: "refers to a document that would have to be fetched",
            groups: [
                "$ref to $dynamicRef finds detached $dynamicAnchor"
            ]
        ),
        SuiteRefusal(
            file: "dynamicRef.json",
            reason: .unsupportedKeyword,
            why: "gives a subschema an identifier of its own",
            groups: [
                "$dynamicRef avoids the root of each schema, but scopes are still registered",
                "$dynamicRef skips over intermediate resources - direct reference",
                "An $anchor with the same name as a $dynamicAnchor is not used for dynamic scope resolution",
                "after leaving a dynamic scope, it is not used by a $dynamicRef",
                "multiple dynamic paths to the $dynamicRef keyword",
            ]
        ),
        SuiteRefusal(
            file: "dynamicRef.json",
            reason: .unsupportedKeyword,
            why: "uses dynamic references",
            groups: [
                "$dynamicRef points to a boolean schema",
                "$ref and $dynamicAnchor are independent of order - $defs first",
                "$ref and $dynamicAnchor are independent of order - $ref first",
                "A $dynamicRef resolves to the first $dynamicAnchor still in scope that is encountered when the schema is evaluated",
                "A $dynamicRef that initially resolves to a schema with a matching $dynamicAnchor resolves to the first $dynamicAnchor in the dynamic scope",
                "A $dynamicRef that initially resolves to a schema without a matching $dynamicAnchor behaves like a normal $ref to $anchor",
                "A $dynamicRef to a $dynamicAnchor in the same schema resource behaves like a normal $ref to an $anchor",
                "A $dynamicRef to an $anchor in the same schema resource behaves like a normal $ref to an $anchor",
                "A $dynamicRef with a non-matching $dynamicAnchor in the same schema resource behaves like a normal $ref to $anchor",
                "A $dynamicRef with intermediate scopes that don't include a matching $dynamicAnchor does not affect dynamic scope resolution",
                "A $dynamicRef without a matching $dynamicAnchor in the same schema resource behaves like a normal $ref to $anchor",
                "A $dynamicRef without anchor in fragment behaves identical to $ref",
                "A $ref to a $dynamicAnchor in the same schema resource behaves like a normal $ref to an $anchor",
                "strict-tree schema, guards against misspelled properties",
                "tests for implementation dynamic anchor and reference link",
            ]
        ),
        SuiteRefusal(
            file: "ref.json",
            reason: .remoteReference,
            why: "refers to a document that would have to be fetched",
            groups: [
                "remote ref, containing refs itself"
            ]
        ),
        SuiteRefusal(
            file: "ref.json",
            reason: .unsupportedKeyword,
            why: "gives a subschema an identifier of its own",
            groups: [
                "$id must be resolved against nearest parent, not just immediate parent",
                "Recursive references between schemas",
                "URN ref with nested pointer ref",
                "order of evaluation: $id and $anchor and $ref",
                "order of evaluation: $id and $ref",
                "order of evaluation: $id and $ref on nested schema",
                "ref to else",
                "ref to if",
                "ref to then",
                "ref with absolute-path-reference",
                "refs with relative uris and defs",
                "relative refs with absolute uris and defs",
            ]
        ),
        SuiteRefusal(
            file: "refRemote.json",
            reason: .remoteReference,
            why: "refers to a document that would have to be fetched",
            groups: [
                "$ref to $ref finds detached $anchor",
                "Location-independent identifier in remote ref",
                "anchor within remote ref",
                "fragment within remote ref",
                "ref within remote ref",
                "remote HTTP ref with different $id",
                "remote HTTP ref with different URN $id",
                "remote HTTP ref with nested absolute ref",
                "remote ref",
                "remote ref with ref to defs",
                "retrieved nested refs resolve relative to their URI not $id",
                "root ref in remote ref",
            ]
        ),
        SuiteRefusal(
            file: "refRemote.json",
            reason: .unsupportedKeyword,
            why: "gives a subschema an identifier of its own",
            groups: [
                "base URI change",
                "base URI change - change folder",
                "base URI change - change folder in subschema",
            ]
        ),
        SuiteRefusal(
            file: "unevaluatedItems.json",
            reason: .unsupportedKeyword,
            why: "uses dynamic references",
            groups: [
                "unevaluatedItems with $dynamicRef"
            ]
        ),
        SuiteRefusal(
            file: "unevaluatedProperties.json",
            reason: .unsupportedKeyword,
            why: "uses dynamic references",
            groups: [
                "unevaluatedProperties with $dynamicRef"
            ]
        ),
        SuiteRefusal(
            file: "vocabulary.json",
            reason: .unknownDialect,
            why: "has a dialect of its own",
            groups: [
                "ignore unrecognized optional vocabulary",
                "schema that uses custom metaschema with with no validation vocabulary",
            ]
        ),
    ]

    static let optional: [SuiteRefusal] = [
        SuiteRefusal(
            file: "cross-draft.json",
            reason: .remoteReference,
            why: "refers to a document that would have to be fetched",
            groups: [
                "refs to historic drafts are processed as historic drafts"
            ]
        ),
        SuiteRefusal(
            file: "dynamicRef.json",
            reason: .unsupportedKeyword,
            why: "gives a subschema an identifier of its own",
            groups: [
                "$dynamicRef skips over intermediate resources - pointer reference across resource boundary"
            ]
        ),
        SuiteRefusal(
            file: "format-assertion.json",
            reason: .unknownDialect,
            why: "has a dialect of its own",
            groups: [
                "schema that uses custom metaschema with format-assertion: false",
                "schema that uses custom metaschema with format-assertion: true",
            ]
        ),
        SuiteRefusal(
            file: "id.json",
            reason: .unsupportedKeyword,
            why: "gives a subschema an identifier of its own",
            groups: [
                "$id inside an enum is not a real identifier"
            ]
        ),
        SuiteRefusal(
            file: "refOfUnknownKeyword.json",
            reason: .unresolvedReference,
            why: "refers into an annotation",
            groups: [
                "reference internals of known non-applicator"
            ]
        ),
        SuiteRefusal(
            file: "refOfUnknownKeyword.json",
            reason: .unsupportedKeyword,
            why: "has keywords that nobody knows",
            groups: [
                "reference of a root arbitrary keyword ",
                "reference of a root arbitrary keyword with encoded ref",
                "reference of an arbitrary keyword of a sub-schema",
                "reference of an arbitrary keyword of a sub-schema with encoded ref",
            ]
        ),
        SuiteRefusal(
            file: "unknownKeyword.json",
            reason: .unsupportedKeyword,
            why: "gives a subschema an identifier of its own",
            groups: [
                "$id inside an unknown keyword is not a real identifier"
            ]
        ),
    ]
}
