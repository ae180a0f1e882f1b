/** @module */
export * from "../host/check_json.ts";
