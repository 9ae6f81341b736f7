"""The worksheet that account managers keep their customers in, read and written as XLSX or CSV (M41, M43)."""
