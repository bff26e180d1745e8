import JSON
import MCP

// Declaring tools: the code of the article "Getting started".

struct Weather: Sendable {
    struct Forecast: Sendable {
        let text: String
        let degrees: Double
    }

    func forecast(in city: String, days: Int) async throws -> [Forecast] { [] }
    func knows(_ city: String) -> Bool { true }
}

/// One tool with arguments of several types.
func forecast(_ weather: Weather) -> Tool<Void> {
    Tool(
        "forecast",
        "Forecasts the weather of a city.",
        annotations: .reading,
        .string("city", "Its name in English."),
        .integer("days", "For how many days.", in: 1...14, default: 3),
        .optionalString("unit", "Of the temperatures.", allowed: ["celsius", "fahrenheit"])
    ) { context, city, days, unit in
        guard weather.knows(city) else { throw ToolFailure("There is no city called \(city).") }
        let forecasts = try await weather.forecast(in: city, days: days)
        return .text(forecasts.map(\.text).joined(separator: "\n"))
    }
}

/// Structured content.
func temperature(_ weather: Weather) -> Tool<Void> {
    Tool(
        "temperature",
        "The temperature of a city, in degrees Celsius.",
        annotations: .reading,
        output: ["type": "object", "properties": ["degrees": ["type": "number"]], "required": ["degrees"]],
        .string("city", "Its name in English.")
    ) { _, city in
        guard let forecast = try await weather.forecast(in: city, days: 1).first else { throw ToolFailure("There is no forecast for \(city).") }
        return .structured { $0.member("degrees", forecast.degrees) }
    }
}

/// Several blocks of content.
func chart(_ png: [UInt8]) -> ToolResult {
    .content([
        .text("The last week:"),
        .image(png, mimeType: "image/png"),
        .resourceLink(ResourceLink(uri: "weather://archive", name: "archive")),
    ])
}

/// A tool with a schema of its own.
func search(_ find: @escaping @Sendable (JSONValue) async throws -> String) -> Tool<Void> {
    Tool(
        "search",
        "Searches the archive.",
        annotations: .reading,
        inputSchema: [
            "type": "object",
            "properties": ["query": ["type": "string"], "from": ["type": "string", "format": "date"]],
            "anyOf": [["required": ["query"]], ["required": ["from"]]],
        ]
    ) { _, arguments in
        .text(try await find(arguments))
    }
}

/// A parameter that is an enumeration of the program.
enum Unit: String, Sendable {
    case celsius, fahrenheit
}

extension Parameter where Value == Unit {
    static let unit = Parameter<String>.string("unit", "Of the temperatures.", allowed: ["celsius", "fahrenheit"])
        .map { Unit(rawValue: $0) ?? .celsius }
}
