package api

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// maxOrder leaves room above: JavaScript counts exactly to nine times as much,
// and what is put on top of all others gets the next number.
const maxOrder = 999_999_999_999_999

func readChanges(w http.ResponseWriter, r *http.Request) (todo.Changes, error) {
	body, err := request.Body(w, r, contentType)
	if err != nil {
		return todo.Changes{}, err
	}
	return decode(body)
}

// decode reads what a body sets. Text that is not one JSON object with each
// member once is a bad request; members that do not fit are named one by one.
func decode(body []byte) (todo.Changes, error) {
	members, refused := object(body)
	if refused != "" {
		return todo.Changes{}, badRequest(refused + " Nothing was stored.")
	}
	var changes todo.Changes
	var wrong []fieldError
	unknown := false
	for _, member := range members {
		var reason string
		switch member.name {
		case "title":
			changes.Title, reason = readTitle(member.value)
		case "completed":
			changes.Completed, reason = readFlag(member.value)
		case "order":
			changes.Order, reason = readOrder(member.value)
		case "url": // ours: a client may send a todo back as it got it
		default:
			unknown = true
		}
		if reason != "" {
			wrong = append(wrong, fieldError{"#/" + member.name, reason})
		}
	}
	if unknown { // said once and without names: there may be thousands
		wrong = append(wrong, fieldError{"#", "Only title, completed and order can be set."})
	}
	if wrong != nil {
		return todo.Changes{}, invalid(wrong...)
	}
	return changes, nil
}

func readTitle(value json.RawMessage) (*todo.Title, string) {
	var text *string
	if json.Unmarshal(value, &text) != nil || text == nil {
		return nil, "title is a string."
	}
	title, err := todo.NewTitle(*text)
	var refused *todo.TitleError
	if errors.As(err, &refused) {
		return nil, refused.Message
	}
	return &title, ""
}

func readFlag(value json.RawMessage) (*bool, string) {
	var flag *bool
	if json.Unmarshal(value, &flag) != nil || flag == nil {
		return nil, "completed is true or false."
	}
	return flag, ""
}

// readOrder takes whole numbers in every spelling of JSON, such as 1e3.
func readOrder(value json.RawMessage) (*int64, string) {
	var number *float64 // exact for whole numbers up to 2^53
	err := json.Unmarshal(value, &number)
	if err != nil || number == nil || *number != math.Trunc(*number) || math.Abs(*number) > maxOrder {
		return nil, "order is a whole number of at most 15 digits."
	}
	order := int64(*number)
	return &order, ""
}
