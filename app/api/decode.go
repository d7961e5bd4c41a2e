package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

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
	var number *float64 // exact for all whole numbers up to todo.MaxOrder
	err := json.Unmarshal(value, &number)
	if err != nil || number == nil || *number != math.Trunc(*number) || math.Abs(*number) > todo.MaxOrder {
		return nil, fmt.Sprintf("order is a whole number from %d to %d.", -todo.MaxOrder, todo.MaxOrder)
	}
	order := int64(*number)
	return &order, ""
}
