/// What a route is for, in words and schemas (OpenAPI 3.1, § 4.8.10).
///
/// What follows from the route itself (its path, its token, its limits and the refusals that these bring) isn't said here. Schemas are JSON texts
/// of JSON Schema 2020-12.
package struct OperationDescription: Sendable {
    /// Unique among all operations: `createNote`.
    package var id: String
    /// The group in which it is shown.
    package var tag: String
    /// A few words: "Create a note".
    package var summary: String
    /// The same words for all operations of one method and route label, where there is one for each kind of item: "Create an item".
    package var family: String?
    /// What else a caller must know, in sentences; empty for nothing.
    ///
    /// What stands in backquotes is shown as code.
    package var text: String
    package var parameters: [ParameterDescription]
    package var body: BodyDescription?
    /// Answers other than refusals.
    package var answers: [AnswerDescription]
    /// Codes with which the handler refuses.
    package var refusals: [String]

    package init(
        _ id: String,
        tag: String,
        _ summary: String,
        family: String? = nil,
        text: String = "",
        parameters: [ParameterDescription] = [],
        body: BodyDescription? = nil,
        answers: [AnswerDescription],
        refusals: [String] = []
    ) {
        self.id = id
        self.tag = tag
        self.summary = summary
        self.family = family
        self.text = text
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.refusals = refusals
    }
}

package struct ParameterDescription: Sendable {
    package enum Place: String, Sendable {
        case path, query, header
    }
    package var name: String
    package var place: Place
    package var isRequired: Bool
    package var text: String
    package var schema: String
    /// A value that works, as JSON.
    package var example: String?

    package init(_ name: String, in place: Place, isRequired: Bool = false, _ text: String, schema: String, example: String? = nil) {
        self.name = name
        self.place = place
        self.isRequired = isRequired
        self.text = text
        self.schema = schema
        self.example = example
    }
}

/// One form in which a body comes.
package struct ContentDescription: Sendable {
    package var mediaType: String
    package var schema: String
    /// A body of this form; JSON where the media type is.
    package var example: String?

    package init(_ mediaType: String = "application/json", schema: String, example: String? = nil) {
        self.mediaType = mediaType
        self.schema = schema
        self.example = example
    }
}

package struct BodyDescription: Sendable {
    package var isRequired: Bool
    package var contents: [ContentDescription]

    package init(isRequired: Bool = true, _ contents: [ContentDescription]) {
        self.isRequired = isRequired
        self.contents = contents
    }
}

package struct AnswerDescription: Sendable {
    package var status: Int
    package var text: String
    /// Empty for no body.
    package var contents: [ContentDescription]
    package var headers: [HeaderDescription]

    package init(_ status: Int, _ text: String, _ contents: [ContentDescription] = [], headers: [HeaderDescription] = []) {
        self.status = status
        self.text = text
        self.contents = contents
        self.headers = headers
    }
}

/// A field of an answer's head.
package struct HeaderDescription: Sendable {
    package var name: String
    package var isRequired: Bool
    package var text: String
    package var schema: String

    package init(_ name: String, isRequired: Bool = false, _ text: String, schema: String) {
        self.name = name
        self.isRequired = isRequired
        self.text = text
        self.schema = schema
    }
}
