"""Pure Plotly figures: models or arrays in, `go.Figure` out. No Dash import."""
