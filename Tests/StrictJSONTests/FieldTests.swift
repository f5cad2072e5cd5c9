import StrictJSON
import Testing

@Suite struct FieldTests {
    let object: JSONObject

    init() throws {
        let text = #"""
            {"s":"x","i":7,"b":true,"o":{"k":1},"a":[1],"l":["x","y"],"n":null,"f":1.5,"q":"7"}
            """#
        self.object = try #require(try JSONValue(parsing: text).asObject)
    }

    @Test func fieldsAreReadByTheirType() throws {
        #expect(try self.object.string("s") == "x")
        #expect(try self.object.integer("i") == 7)
        #expect(try self.object.bool("b"))
        #expect(try self.object.object("o").integer("k") == 1)
        #expect(try self.object.array("a") == [.integer(1)])
        #expect(try self.object.strings("l") == ["x", "y"])
    }

    @Test(arguments: ["n", "absent"])
    func absentAndNullAreNilWhereOptional(key: String) throws {
        #expect(try self.object.optionalString(key) == nil)
        #expect(try self.object.optionalInteger(key) == nil)
        #expect(try self.object.optionalBool(key) == nil)
        #expect(try self.object.optionalObject(key) == nil)
        #expect(try self.object.optionalArray(key) == nil)
        #expect(try self.object.optionalStrings(key) == nil)
    }

    @Test func absentAndNullAreRefusedWhereDemanded() {
        #expect(throws: JSONFieldError(key: "absent", problem: .missing, expected: .string)) {
            try self.object.string("absent")
        }
        #expect(throws: JSONFieldError(key: "n", problem: .wrongType, expected: .object)) {
            try self.object.object("n")
        }
    }

    @Test(arguments: ["f", "q", "b", "o"])
    func onlyAnIntegerIsAnInteger(key: String) {
        let error = #expect(throws: JSONFieldError.self) { try self.object.optionalInteger(key) }
        #expect(
            error?.message
                == "field \"\(key)\" must be an integer, without quotes, fraction or exponent")
    }

    @Test func otherKindsAreRefused() {
        #expect(throws: JSONFieldError.self) { try self.object.string("i") }
        #expect(throws: JSONFieldError.self) { try self.object.bool("s") }
        #expect(throws: JSONFieldError.self) { try self.object.object("a") }
        #expect(throws: JSONFieldError.self) { try self.object.array("o") }
        #expect(throws: JSONFieldError.self) { try self.object.strings("a") }
    }

    @Test func missingFieldSaysWhatToSend() {
        let error = #expect(throws: JSONFieldError.self) { try self.object.bool("confirm") }
        #expect(
            error?.message
                == "field \"confirm\" is missing; it must be true or false, without quotes")
    }

    @Test func settingReplacesAppendsAndRemoves() {
        var object = JSONObject()
        object["a"] = .integer(1)
        object["b"] = .integer(2)
        object["a"] = .integer(3)
        #expect(object.members.map(\.key) == ["a", "b"])
        #expect(object["a"] == .integer(3))
        object["a"] = nil
        #expect(object.count == 1)
    }
}
