"""What sources publish, on its way in: streams, records, rows, and the imports they become."""
